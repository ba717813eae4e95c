import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { Given } from "@/app/(portal)/_kit/list-query";
import { formatCount } from "@/lib/format";
import { addressOf, type FilterValues } from "../filter/read-filter";
import type { LoadedList, PagePlace } from "./load-list";

const CAP = "mx-[2px] inline-flex min-w-5 justify-center border border-line-2 bg-sheet px-1 text-note";
const WAY = "inline-flex min-h-touch items-center underline underline-offset-4 tablet:min-h-bar";

function Keys() {
  const t = useTranslations("audit.list.keys");
  return (
    <p className="hidden text-ink-2 tablet:block">
      <kbd className={CAP}>j</kbd>
      <kbd className={CAP}>k</kbd> {t("move")} <kbd className={`${CAP} ml-3`}>↵</kbd> {t("open")}{" "}
      <kbd className={`${CAP} ml-3`}>v</kbd> {t("verify")}
    </p>
  );
}

/** Which entries this page lists, the keyboard keys, and links to older and newer entries. */
export function ListFoot(props: {
  path: string;
  values: FilterValues;
  /** Other members of the address, which the links keep. */
  kept: Given;
  list: LoadedList;
  place: PagePlace;
}) {
  const t = useTranslations("audit.list");
  const locale = useLocale();
  const { path, values, kept, list, place } = props;
  const seqs = list.items.map(({ seq }) => seq).filter((seq) => seq !== null);
  const [first, last] = [seqs[0], seqs.at(-1)];
  const isNewest = place.before === undefined && place.after === undefined;
  return (
    <div className="mt-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2 text-control print:hidden">
      {list.items.length === 0 ? null : (
        <p className="text-ink-2">
          {first === undefined || last === undefined
            ? t("noEntries")
            : t("shown", {
                count: seqs.length,
                from: formatCount(first, locale),
                to: formatCount(last, locale),
              })}
        </p>
      )}
      {seqs.length === 0 ? null : <Keys />}
      <nav aria-label={t("pages")} className="flex gap-4">
        {isNewest ? null : (
          <Link href={addressOf(path, values, kept)} prefetch={false} className={WAY}>
            {t("newest")}
          </Link>
        )}
        {isNewest || first === undefined ? null : (
          <Link href={addressOf(path, values, { ...kept, after: first })} prefetch={false} className={WAY}>
            {t("newer")}
          </Link>
        )}
        {list.hasOlder && last !== undefined ? (
          <Link href={addressOf(path, values, { ...kept, before: last })} prefetch={false} className={WAY}>
            {t("older")}
          </Link>
        ) : null}
      </nav>
    </div>
  );
}
