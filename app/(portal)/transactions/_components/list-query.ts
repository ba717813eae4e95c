import { endOfDate } from "@/lib/days";
import { CalendarDate, Instant } from "@/lib/schema";
import { TransactionQuery, TransactionStatus } from "@/lib/transactions/schema";

type Given = Readonly<Record<string, string | string[] | undefined>>;

/** The filter in the list's address, as the form shows it. */
export interface ListAddress {
  readonly job_id: string;
  readonly participant: string;
  readonly status: TransactionStatus | "";
  /** Instants, the end excluded; empty for none. */
  readonly from: string;
  readonly to: string;
  readonly cursor: string;
  /** Only transactions under the reader's own grants. */
  readonly isMine: boolean;
}

function textOf(value: string | string[] | undefined): string {
  return typeof value === "string" ? value.trim() : "";
}

/** A bound in the address is an instant. A day without a zone is one in UTC, and the last day counts in full. */
function boundOf(value: string | string[] | undefined, isEnd: boolean): string {
  const text = textOf(value);
  const instant = Instant.safeParse(text).data;
  if (instant !== undefined) return instant;
  const day = CalendarDate.safeParse(text).data;
  if (day === undefined) return "";
  return isEnd ? endOfDate(day).toISOString() : `${day}T00:00:00Z`;
}

export function readAddress(given: Given): ListAddress {
  return {
    job_id: textOf(given.job_id),
    participant: textOf(given.participant),
    status: TransactionStatus.safeParse(textOf(given.status)).data ?? "",
    from: boundOf(given.from, false),
    to: boundOf(given.to, true),
    cursor: textOf(given.cursor),
    isMine: textOf(given.view) === "mine",
  };
}

/** Returns the API's query; undefined when a value is invalid. */
export function queryOf(address: ListAddress): TransactionQuery | undefined {
  const { job_id, participant, status, from, to, cursor } = address;
  const members = { job_id, participant, status, from, to, cursor };
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
