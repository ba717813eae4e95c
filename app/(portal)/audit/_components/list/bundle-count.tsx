import { useLocale, useTranslations } from "next-intl";
import { formatCount } from "@/lib/format";

/** That an entry stands for more than one failure of its minute: ×N, and in words for who does not see it. */
export function BundleCount({ count }: { count: number | undefined }) {
  const t = useTranslations("audit.list");
  const locale = useLocale();
  if (count === undefined || count < 2) return null;
  const words = t("bundled", { count });
  return (
    <span title={words} className="ml-2 whitespace-nowrap font-medium">
      <span aria-hidden="true">×{formatCount(count, locale)}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
