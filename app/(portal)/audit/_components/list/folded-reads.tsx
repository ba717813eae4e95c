import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { Given } from "@/app/(portal)/_kit/list-query";
import { formatCount } from "@/lib/format";
import { addressOf, type FilterValues } from "../filter/read-filter";

/** As many as the log counts for one page (list-events.ts). */
const MOST = 10_000;
const LINK = "underline decoration-line-2 underline-offset-4 hover:decoration-current";

/** How many routine reads the list leaves out, and the way to them; or the way back. */
export function FoldedReads(props: {
  path: string;
  values: FilterValues;
  /** Other members of the address, which the link keeps. */
  kept: Given;
  count: number;
  isFolded: boolean;
}) {
  const t = useTranslations("audit.list.reads");
  const locale = useLocale();
  const { path, values, count, isFolded } = props;
  if (isFolded ? count === 0 : values.reads !== "all") return null;
  const href = addressOf(path, { ...values, reads: isFolded ? "all" : "" }, props.kept);
  return (
    <p className="text-control text-ink-2 print:hidden">
      {isFolded
        ? t(count >= MOST ? "hiddenMost" : "hidden", { n: count, count: formatCount(count, locale) })
        : t("shown")}{" "}
      <Link href={href} prefetch={false} className={LINK}>
        {t(isFolded ? "show" : "hide")}
      </Link>
    </p>
  );
}
