import Link from "next/link";
import { useTranslations } from "next-intl";
import { buttonClass } from "@/components/ui/button";

/** Ways to the first and the next page of a list by cursor; nothing when there is one page. */
export function Pager({ first, next }: { first?: string | undefined; next?: string | undefined }) {
  const t = useTranslations("ui");
  if (first === undefined && next === undefined) return null;
  return (
    <nav aria-label={t("pages")} className="mt-4 flex gap-2">
      {first === undefined ? null : (
        <Link href={first} prefetch={false} className={buttonClass("secondary", "bar")}>
          {t("firstPage")}
        </Link>
      )}
      {next === undefined ? null : (
        <Link href={next} prefetch={false} className={buttonClass("secondary", "bar")}>
          {t("nextPage")}
        </Link>
      )}
    </nav>
  );
}
