import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import type { Retention } from "@/lib/audit/retention/schema";
import { formatCount } from "@/lib/format";

/** How far pruning went and, for people who may know, how many entries the last one had to keep. */
export function PruningFacts({ minimum, last }: { minimum: number; last: Retention["last_pruning"] }) {
  const t = useTranslations("keeping.retention");
  const locale = useLocale();
  if (last === null) return <p className="py-3 text-body text-ink-2">{t("nothingPruned")}</p>;
  return (
    <div className="pt-2">
      <Facts
        look="aligned"
        facts={[
          { name: t("minimum"), value: formatCount(minimum, locale) },
          { name: t("lastPruning"), value: <LocalTime instant={last.at} form="minute" /> },
          ...(last.removed === undefined
            ? []
            : [{ name: t("removed"), value: formatCount(last.removed, locale) }]),
          ...(last.kept === undefined ? [] : [{ name: t("kept"), value: formatCount(last.kept, locale) }]),
          ...(last.seq === null
            ? []
            : [
                {
                  name: t("by"),
                  value: (
                    <Link
                      href={`/audit?entry=${last.seq}`}
                      prefetch={false}
                      className="underline underline-offset-4"
                    >
                      {formatCount(last.seq, locale)}
                    </Link>
                  ),
                },
              ]),
        ]}
      />
    </div>
  );
}
