import { useTranslations } from "next-intl";
import { addressOf, type ListAddress } from "@/app/(portal)/transactions/_components/list-query";
import { BoundInput, ZoneNote } from "@/components/form/bound-input";
import { CONTROL, Select, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { TransactionStatus } from "@/lib/transactions/schema";

/** Id of the text that names the zone of the filter's days. */
const ZONE_ID = "filter-zone";
const BOUND = { className: CONTROL, "aria-describedby": ZONE_ID };

/** Filters as a plain form. Their values are in the address. */
export function FilterForm({ address, isWrong }: { address: ListAddress; isWrong: boolean }) {
  const t = useTranslations("transactions.filter");
  const status = useTranslations("transactions.status");
  const wrong = isWrong ? t("wrongParticipant") : undefined;
  return (
    <search className="mb-4 print:hidden">
      <form
        action="/transactions"
        className="grid grid-cols-2 items-end gap-3 tablet:grid-cols-3 drawn:grid-cols-[1fr_1fr_1fr_1fr_1fr_auto]"
      >
        {address.isMine ? <input type="hidden" name="view" value="mine" /> : null}
        <Field id="filter-job" label={t("job")}>
          {(control) => (
            <TextInput {...control} name="job_id" defaultValue={address.job_id} maxLength={200} />
          )}
        </Field>
        <Field id="filter-participant" label={t("participant")} error={wrong}>
          {(control) => (
            <TextInput {...control} name="participant" defaultValue={address.participant} maxLength={64} />
          )}
        </Field>
        <Field id="filter-status" label={t("status")}>
          {(control) => (
            <Select {...control} name="status" defaultValue={address.status}>
              <option value="">{t("anyStatus")}</option>
              {TransactionStatus.options.map((one) => (
                <option key={one} value={one}>
                  {status(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field id="filter-from" label={t("from")}>
          {(control) => <BoundInput {...control} {...BOUND} form="day" name="from" instant={address.from} />}
        </Field>
        <Field id="filter-to" label={t("to")}>
          {(control) => (
            <BoundInput {...control} {...BOUND} form="day" name="to" isEnd instant={address.to} />
          )}
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" icon="filter">
            {t("apply")}
          </Button>
          {isFiltered(address) ? (
            <ButtonLink href={addressOf(NOTHING, { isMine: address.isMine })} look="quiet" size="form">
              {t("clear")}
            </ButtonLink>
          ) : null}
        </div>
        <p className="col-span-full text-ink-2 text-note">
          <ZoneNote id={ZONE_ID} />
        </p>
      </form>
    </search>
  );
}

const NOTHING: ListAddress = {
  job_id: "",
  participant: "",
  status: "",
  from: "",
  to: "",
  cursor: "",
  isMine: false,
};

function isFiltered({ job_id, participant, status, from, to }: ListAddress): boolean {
  return [job_id, participant, status, from, to].some((text) => text !== "");
}
