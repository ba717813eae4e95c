import { z } from "zod";
import { type Fields, GROUP_ORDER, type Groups } from "@/lib/transactions/groups";
import { isJson, TransactionStatus } from "@/lib/transactions/schema";
import { GroupName } from "@/lib/vocabulary";

/** A stored transaction, without its sealed values. */
export interface TransactionRow {
  readonly id: string;
  readonly jobId: string;
  readonly submitter: string;
  readonly status: TransactionStatus;
  readonly statusBeforeDispute: TransactionStatus | undefined;
  readonly confidential: boolean;
  readonly participants: readonly string[];
  readonly digestList: readonly string[];
  readonly rd: string | undefined;
  readonly meta: string;
  readonly plain: Groups;
  readonly occurredAt: string | undefined;
  readonly createdAt: string;
  readonly createdAtMicros: bigint;
  readonly version: number;
  readonly createEntryId: string;
  readonly retentionClass: string;
  readonly sealedGroups: readonly GroupName[];
}

/** One sealed group at its newest generation. */
export interface GroupRow {
  readonly transactionId: string;
  readonly group: GroupName;
  readonly gen: number;
  readonly ep: string;
  readonly fieldCount: number;
  readonly protected: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
  readonly bd: string;
  readonly entryId: string;
}

/** The leaf of an entry, and the log whose tree contains it. */
export interface EntryLeaf {
  readonly log: string;
  readonly hash: Uint8Array;
}

const TransactionRecord = z.object({
  id: z.string(),
  job_id: z.string(),
  submitter: z.string(),
  status: TransactionStatus,
  status_before_dispute: TransactionStatus.nullable(),
  confidential: z.boolean(),
  participants: z.array(z.string()),
  digest_list: z.array(z.string()),
  rd: z.string().nullable(),
  meta: z.string(),
  plain: z.partialRecord(GroupName, z.custom<Fields>(isJson)).nullable(),
  occurred_at: z.string().nullable(),
  created_at: z.string(),
  created_at_us: z.bigint(),
  version: z.number(),
  create_entry_id: z.string(),
  retention_class: z.string(),
  sealed_groups: z.array(GroupName),
});

/** Returns a transaction from a row of the `TRANSACTION_COLUMNS` query. */
export function toTransactionRow(record: unknown): TransactionRow {
  const row = TransactionRecord.parse(record);
  const plain: Groups = row.plain ?? {};
  return {
    id: row.id,
    jobId: row.job_id,
    submitter: row.submitter,
    status: row.status,
    statusBeforeDispute: row.status_before_dispute ?? undefined,
    confidential: row.confidential,
    participants: row.participants,
    digestList: row.digest_list,
    rd: row.rd ?? undefined,
    meta: row.meta,
    plain,
    occurredAt: row.occurred_at ?? undefined,
    createdAt: row.created_at,
    createdAtMicros: row.created_at_us,
    version: row.version,
    createEntryId: row.create_entry_id,
    retentionClass: row.retention_class,
    sealedGroups: GROUP_ORDER.filter((group) => row.sealed_groups.includes(group)),
  };
}

const GroupRecord = z.object({
  transaction_id: z.string(),
  grp: GroupName,
  gen: z.number(),
  ep: z.string(),
  field_count: z.number(),
  protected: z.string(),
  iv: z.string(),
  ciphertext: z.string(),
  tag: z.string(),
  bd: z.string(),
  entry_id: z.string(),
});

/** The columns of `GroupRecord`, in a form that Prisma.sql and prepared statements take. */
export const GROUP_COLUMNS = {
  sql: "transaction_id, grp, gen, ep, field_count, protected, iv, ciphertext, tag, bd, entry_id",
  values: [],
};

/** Returns a group from a row of `transaction_group`. */
export function toGroupRow(record: unknown): GroupRow {
  const { transaction_id, grp, field_count, entry_id, ...rest } = GroupRecord.parse(record);
  return { ...rest, transactionId: transaction_id, group: grp, fieldCount: field_count, entryId: entry_id };
}
