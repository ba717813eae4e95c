import { useTranslations } from "next-intl";
import { FilterActs } from "@/app/(portal)/_kit/filter-acts";
import { CHIP_CONTROL, FilterChip, SelectChip, TextChip } from "@/app/(portal)/_kit/filter-chip";
import { addressOf, type ListAddress } from "@/app/(portal)/transactions/_components/list-query";
import { BoundInput, ZoneNote } from "@/components/form/bound-input";
import { TransactionStatus } from "@/lib/transactions/schema";

/** Id of the text that names the zone of the filter's days. */
const ZONE_ID = "filter-zone";
/** Id of the text that describes the invalid control. */
const FAULT_ID = "filter-fault";
const BOUND = { className: CHIP_CONTROL, "aria-describedby": ZONE_ID };

/** Filters as a plain form. Their values are in the address. */
export function FilterForm({ address, isWrong }: { address: ListAddress; isWrong: boolean }) {
  const t = useTranslations("transactions.filter");
  const status = useTranslations("transactions.status");
  return (
    <search className="mb-4 print:hidden">
      <form action="/transactions" className="flex flex-wrap items-center gap-2">
        {address.isMine ? <input type="hidden" name="view" value="mine" /> : null}
        <TextChip
          id="filter-job"
          name="job_id"
          label={t("job")}
          defaultValue={address.job_id}
          maxLength={200}
        />
        <TextChip
          id="filter-participant"
          name="participant"
          label={t("participant")}
          defaultValue={address.participant}
          maxLength={64}
          isWrong={isWrong}
          {...(isWrong ? { "aria-invalid": true, "aria-describedby": FAULT_ID } : {})}
        />
        <SelectChip
          id="filter-status"
          name="status"
          label={t("status")}
          value={address.status}
          any={t("any")}
        >
          {TransactionStatus.options.map((one) => (
            <option key={one} value={one}>
              {status(one)}
            </option>
          ))}
        </SelectChip>
        <FilterChip id="filter-from" label={t("from")} isSet={address.from !== ""}>
          <BoundInput {...BOUND} id="filter-from" form="day" name="from" instant={address.from} />
        </FilterChip>
        <FilterChip id="filter-to" label={t("to")} isSet={address.to !== ""}>
          <BoundInput {...BOUND} id="filter-to" form="day" name="to" isEnd instant={address.to} />
        </FilterChip>
        <FilterActs
          whole={isFiltered(address) ? addressOf(NOTHING, { isMine: address.isMine }) : undefined}
        />
        <p className="basis-full text-ink-2 text-note">
          <ZoneNote id={ZONE_ID} />
        </p>
        {isWrong ? (
          <p id={FAULT_ID} role="alert" className="basis-full font-medium text-control text-oxblood">
            {t("wrongParticipant")}
          </p>
        ) : null}
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
