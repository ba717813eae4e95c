import { useTranslations } from "next-intl";
import { BoundInput, ZoneNote } from "@/components/form/bound-input";
import { CONTROL, Select, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
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
    <details open={isOpen} className="col-span-full">
      <summary className="min-h-[24px] cursor-pointer py-1 text-control text-ink-2 underline underline-offset-4">
        {t("history")}
      </summary>
      <div className="mt-2 grid grid-cols-2 gap-3 drawn:grid-cols-4">
        {SEARCHES.map((name) => (
          <Field key={name} id={`filter-${name}`} label={t(LABELS[name])}>
            {(control) =>
              name === "from" || name === "to" ? (
                <BoundInput
                  {...{ ...control, name, className: CONTROL, "aria-describedby": ZONE_ID }}
                  form="day"
                  instant={address[name]}
                />
              ) : (
                <TextInput
                  {...control}
                  name={name}
                  defaultValue={address[name]}
                  maxLength={200}
                  autoComplete="off"
                />
              )
            }
          </Field>
        ))}
        <p className="col-span-full text-ink-2 text-note">
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
      <form
        action="/requests"
        className="grid grid-cols-2 items-end gap-3 drawn:grid-cols-[1fr_1.4fr_1fr_1fr_auto]"
      >
        <input type="hidden" name="view" value={address.view} />
        <Field id="filter-reference" label={t("reference")} mark={t("referenceHint")}>
          {(control) => (
            <TextInput
              {...control}
              name="reference"
              defaultValue={address.reference}
              maxLength={64}
              autoComplete="off"
            />
          )}
        </Field>
        <Field id="filter-state" label={t("state")}>
          {(control) => (
            <Select {...control} name="state" defaultValue={address.state}>
              <option value="">{t("any")}</option>
              {GROUP_NAMES.map((group) => (
                <optgroup key={group} label={t(`groups.${group}`)}>
                  {GROUPS[group].map((state) => (
                    <option key={state} value={state}>
                      {domain(`requestStates.${state}`)}
                    </option>
                  ))}
                </optgroup>
              ))}
            </Select>
          )}
        </Field>
        <Field id="filter-purpose" label={t("purpose")}>
          {(control) => (
            <Select {...control} name="purpose" defaultValue={address.purpose}>
              <option value="">{t("any")}</option>
              {Purpose.options.map((purpose) => (
                <option key={purpose} value={purpose}>
                  {domain(`purposes.${purpose}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field id="filter-sort" label={t("sort")}>
          {(control) => (
            <Select {...control} name="sort" defaultValue={address.sort}>
              <option value="newest">{t("newest")}</option>
              <option value="due">{t("due")}</option>
            </Select>
          )}
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" icon="filter">
            {t("apply")}
          </Button>
          {isFiltered(address) ? (
            <ButtonLink href={addressOf({ view: address.view })} look="quiet" size="form">
              {t("clear")}
            </ButtonLink>
          ) : null}
        </div>
        <HistorySearch address={address} />
      </form>
    </search>
  );
}
