import Link from "next/link";
import { useTranslations } from "next-intl";
import { ACTIONS } from "@/lib/audit/labels";
import { nearestNames } from "@/lib/audit/reading/actors/nearest-names";
import { Purpose } from "@/lib/vocabulary";
import { addressOf, type ReadFilter } from "./read-filter";

const LISTS = { action: ACTIONS, purpose: Purpose.options } as const;

/** Id of the text that describes an invalid control. */
export const FAULT_ID = "filter-fault";

/** Names the fault of a filter. For an unknown action or purpose it links to the same filter with the nearest names. */
export function FilterFault(props: {
  path: string;
  read: ReadFilter;
  /** Further members of the address that stay. */
  more?: Readonly<Record<string, string | undefined>> | undefined;
}) {
  const t = useTranslations("audit.filter");
  const { values, fault } = props.read;
  if (fault === undefined) return null;
  const isNamed = fault === "action" || fault === "purpose";
  const nearest = isNamed ? nearestNames(values[fault], LISTS[fault]) : [];
  return (
    <div id={FAULT_ID} role="alert" className="mt-3 border-oxblood border-l-4 pl-3 text-control">
      <p className="break-words font-medium text-oxblood">{t(`faults.${fault}`, { value: values[fault] })}</p>
      {nearest.length === 0 ? null : (
        <p className="mt-1 flex flex-wrap items-baseline gap-x-3">
          <span className="text-ink-2">{t("nearest")}</span>
          {nearest.map((name) => (
            <Link
              key={name}
              href={addressOf(props.path, { ...values, [fault]: name }, props.more)}
              prefetch={false}
              className="inline-flex min-h-[24px] items-center font-mono underline underline-offset-4"
            >
              {name}
            </Link>
          ))}
        </p>
      )}
    </div>
  );
}
