import Link from "next/link";
import { useTranslations } from "next-intl";
import { ACTIONS, PURPOSES } from "@/lib/audit/labels";
import { nearestNames } from "@/lib/audit/reading/actors/nearest-names";
import { addressOf, type ReadFilter } from "./read-filter";

const LISTS = { action: ACTIONS, purpose: PURPOSES } as const;

/** The id that a control which asks for nothing the log knows is described by. */
export const FAULT_ID = "filter-fault";

/** What is wrong with a filter, and of a name that is none the nearest that are, each a way to the mended filter. */
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
