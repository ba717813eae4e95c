import type { RecordFacts } from "@/lib/access/rules/facts";
import { GROUP_ORDER } from "@/lib/transactions/groups";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { GroupName } from "@/lib/vocabulary";

/** Groups of the transaction, sealed or not. */
export function presentGroups(row: TransactionRow): GroupName[] {
  return GROUP_ORDER.filter((group) => row.sealedGroups.includes(group) || row.plain[group] !== undefined);
}

/** Returns the record as the access rules use it, with the end of a legal hold that the reader may know of. */
export function recordFactsOf(row: TransactionRow, holdUntil: Date | undefined): RecordFacts {
  return {
    transactionId: row.id,
    participants: row.participants,
    submitter: row.submitter,
    createdAt: new Date(Number(row.createdAtMicros / 1000n)),
    groups: presentGroups(row),
    retentionClass: row.retentionClass,
    ...(holdUntil === undefined ? {} : { holdUntil }),
  };
}
