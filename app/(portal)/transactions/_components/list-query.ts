import { endOfDate } from "@/lib/days";
import { CalendarDate } from "@/lib/schema";
import { TransactionQuery, TransactionStatus } from "@/lib/transactions/schema";

type Given = Readonly<Record<string, string | string[] | undefined>>;

/** The filter in the list's address, as the form shows it. */
export interface ListAddress {
  readonly job_id: string;
  readonly participant: string;
  readonly status: TransactionStatus | "";
  /** Days, both included, in UTC. */
  readonly from: string;
  readonly to: string;
  readonly cursor: string;
  /** Only transactions under the reader's own grants. */
  readonly isMine: boolean;
}

function textOf(value: string | string[] | undefined): string {
  return typeof value === "string" ? value.trim() : "";
}

function dayOf(value: string | string[] | undefined): string {
  return CalendarDate.safeParse(textOf(value)).data ?? "";
}

export function readAddress(given: Given): ListAddress {
  return {
    job_id: textOf(given.job_id),
    participant: textOf(given.participant),
    status: TransactionStatus.safeParse(textOf(given.status)).data ?? "",
    from: dayOf(given.from),
    to: dayOf(given.to),
    cursor: textOf(given.cursor),
    isMine: textOf(given.view) === "mine",
  };
}

/** Returns the API's query; undefined when a value is invalid. */
export function queryOf(address: ListAddress): TransactionQuery | undefined {
  const { job_id, participant, status, from, to, cursor } = address;
  const end = to === "" ? "" : endOfDate(to).toISOString();
  const members = {
    job_id,
    participant,
    status,
    from: from === "" ? "" : `${from}T00:00:00Z`,
    to: end,
    cursor,
  };
  const named = Object.entries(members).filter(([, value]) => value !== "");
  return TransactionQuery.safeParse(Object.fromEntries(named)).data;
}

/** An address of the list with some members changed; an empty member is left out. */
export function addressOf(address: ListAddress, change: Partial<ListAddress> = {}): string {
  const { isMine, ...texts } = { ...address, ...change };
  const query = new URLSearchParams(Object.entries(texts).filter(([, value]) => value !== ""));
  if (isMine) query.set("view", "mine");
  const text = query.toString();
  return text === "" ? "/transactions" : `/transactions?${text}`;
}
