import type { GroupName } from "@/lib/vocabulary";

/** What a holder has typed so far. */
export interface TypedUse {
  readonly transactions: string;
  readonly fields: readonly GroupName[];
  readonly reason: string;
}

export const MAX_RECORDS = 3;
export const MIN_REASON = 20;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The transaction numbers that stand in a text, one a line or with commas or spaces between. */
export function numbersIn(text: string): string[] {
  return [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter((part) => part !== ""),
    ),
  ];
}

export type UseFault =
  | "transactionsMissing"
  | "transactionsMany"
  | "transactionsUnclear"
  | "fields"
  | "reason";

/** What keeps it from being sent, each with its sentence in the page; the server judges again. */
export function faultsOf({ transactions, fields, reason }: TypedUse): UseFault[] {
  const ids = numbersIn(transactions);
  const faults: UseFault[] = [];
  if (ids.length === 0) faults.push("transactionsMissing");
  else if (!ids.every((id) => UUID.test(id))) faults.push("transactionsUnclear");
  else if (ids.length > MAX_RECORDS) faults.push("transactionsMany");
  if (fields.length === 0) faults.push("fields");
  if (reason.trim().length < MIN_REASON) faults.push("reason");
  return faults;
}
