import { dataOfAll } from "@/lib/transactions/groups";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { TransactionView } from "@/lib/transactions/schema";

type Viewable = Pick<
  TransactionRow,
  | "id"
  | "jobId"
  | "submitter"
  | "status"
  | "confidential"
  | "participants"
  | "plain"
  | "occurredAt"
  | "createdAt"
  | "sealedGroups"
>;

/** Returns the transaction as those who may know of it see it: metadata, and what was stored unsealed. */
export function viewOf(row: Viewable): TransactionView {
  return {
    id: row.id,
    created_at: row.createdAt,
    transaction_id: row.id,
    job_id: row.jobId,
    timestamp: row.createdAt,
    status: row.status,
    confidential: row.confidential,
    participants: [...row.participants],
    submitter: row.submitter,
    has_encrypted_data: row.sealedGroups.length > 0,
    sealed_groups: [...row.sealedGroups],
    ...(row.occurredAt === undefined ? {} : { occurred_at: row.occurredAt }),
    ...dataOfAll(row.plain),
  };
}
