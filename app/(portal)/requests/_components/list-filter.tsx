import { useTranslations } from "next-intl";
import { FilterActs } from "@/app/(portal)/_kit/filter-acts";
import { CHIP_CONTROL, FilterChip, SelectChip, TextChip } from "@/app/(portal)/_kit/filter-chip";
import { BoundInput, ZoneNote } from "@/components/form/bound-input";
import type { RequestState } from "@/lib/access/requests/schema";
import { Purpose } from "@/lib/vocabulary";
import {
  addressOf,
  isFiltered,
  type ListAddress,
  SEARCHES,
  type SearchName,
  searchesOf,
} from "./list-address";

const LABELS = {
  officer: "officer",
  agency: "agency",
  issuer: "issuer",
  case_number: "caseNumber",
  transaction: "transaction",
  from: "from",
  to: "to",
} as const satisfies Record<SearchName, string>;

/** The states by what they mean to a reader. */
const GROUPS = {
  officer: ["draft", "needs_information"],
  deciding: ["submitted", "document_check", "stage_1", "stage_2", "overdue", "extended", "objected"],
  access: ["approved", "active", "partial"],
  other: ["denied", "withdrawn", "expired_unreviewed", "expired", "revoked", "exhausted", "closed"],
} as const satisfies Record<string, readonly RequestState[]>;

const GROUP_NAMES = ["deciding", "officer", "access", "other"] as const;

/** Id of the text that names the zone of the filter's days. */
const ZONE_ID = "filter-zone";

/** Filters the permanent history by requester, agency, order, transaction and time. Open while a filter is set. */
function HistorySearch({ address }: { address: ListAddress }) {
  const t = useTranslations("requests.list.filter");
  const isOpen = Object.keys(searchesOf(address)).length > 0;
  return (
    <details open={isOpen} className="open:basis-full">
      <summary className="inline-flex min-h-touch cursor-pointer items-center text-control text-ink-2 underline underline-offset-4 hover:text-ink tablet:min-h-bar">
        {t("history")}
      </summary>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        {SEARCHES.map((name) =>
          name === "from" || name === "to" ? (
            <FilterChip key={name} id={`filter-${name}`} label={t(LABELS[name])} isSet={address[name] !== ""}>
              <BoundInput
                id={`filter-${name}`}
                name={name}
                form="day"
                instant={address[name]}
                aria-describedby={ZONE_ID}
                className={CHIP_CONTROL}
              />
            </FilterChip>
          ) : (
            <TextChip
              key={name}
              id={`filter-${name}`}
              name={name}
              label={t(LABELS[name])}
              defaultValue={address[name]}
              maxLength={200}
            />
          ),
        )}
        <p className="basis-full text-ink-2 text-note">
          <ZoneNote id={ZONE_ID} />
        </p>
      </div>
    </details>
  );
}

/** Filters as a plain form. They become the page's address and work without a script. */
export function ListFilter({ address }: { address: ListAddress }) {
  const t = useTranslations("requests.list.filter");
  const domain = useTranslations("domain");
  return (
    <search aria-label={t("label")} className="mb-4 print:hidden">
      <form action="/requests" className="flex flex-wrap items-center gap-2">
        <input type="hidden" name="view" value={address.view} />
        <TextChip
          id="filter-reference"
          name="reference"
          label={t("reference")}
          placeholder={t("referenceHint")}
          defaultValue={address.reference}
          maxLength={64}
        />
        <SelectChip id="filter-state" name="state" label={t("state")} value={address.state} any={t("any")}>
          {GROUP_NAMES.map((group) => (
            <optgroup key={group} label={t(`groups.${group}`)}>
              {GROUPS[group].map((state) => (
                <option key={state} value={state}>
                  {domain(`requestStates.${state}`)}
                </option>
              ))}
            </optgroup>
          ))}
        </SelectChip>
        <SelectChip
          id="filter-purpose"
          name="purpose"
          label={t("purpose")}
          value={address.purpose}
          any={t("any")}
        >
          {Purpose.options.map((purpose) => (
            <option key={purpose} value={purpose}>
              {domain(`purposes.${purpose}`)}
            </option>
          ))}
        </SelectChip>
        <SelectChip id="filter-sort" name="sort" label={t("sort")} value={address.sort}>
          <option value="newest">{t("newest")}</option>
          <option value="due">{t("due")}</option>
        </SelectChip>
        <FilterActs whole={isFiltered(address) ? addressOf({ view: address.view }) : undefined} />
        <HistorySearch address={address} />
      </form>
    </search>
  );
}
