import "server-only";
import { z } from "zod";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { RawTx, Tx } from "@/lib/db/transaction";
import { QuarantineReason } from "./quarantine-schema";
import { IS_ERASED } from "./store";

const Row = z.object({
  entry_id: z.string(),
  why: QuarantineReason,
  seen_at: z.coerce.date(),
  digest: z.string(),
  is_dismissed: z.boolean(),
  dismissal: z.string().nullable(),
  by: z.string().nullable(),
  dismissed_at: z.coerce.date().nullable(),
  by_seq: z.coerce.number().int().nullable(),
  by_log: z.string().nullable(),
});
export type QuarantinedRow = z.infer<typeof Row>;

/** Whose entries are read, and whose names the caller knows: every person's if no organisation is given. */
interface Seen {
  readonly tenantId: string;
  readonly organisationId: string | undefined;
}

/**
 * Quarantined entries that still wait, as rows of a subquery. Each has the digest of its present bytes, and its
 * dismissal if it was dismissed with these bytes.
 */
export const QUARANTINED = `(SELECT q.entry_id, q.tenant_id, q.reason, q.seen_at, b.digest, d.entry_id IS NOT NULL AS is_dismissed,
    d.reason AS dismissal, d.by_user_id, d.at AS dismissed_at, d.by_entry_id
  FROM audit_quarantine q CROSS JOIN LATERAL (SELECT translate(rtrim(encode(sha256(coalesce(
      (SELECT e.bytes FROM audit_entry e WHERE e.id = q.entry_id), ''::bytea)), 'base64'), '='), '+/', '-_') AS digest) b
    LEFT JOIN audit_dismissal d ON d.entry_id = q.entry_id AND d.digest = b.digest
  WHERE EXISTS (SELECT 1 FROM audit_queue w WHERE w.entry_id = q.entry_id))`;

const ROW = `SELECT s.entry_id::text, s.reason AS why, s.seen_at, s.digest, s.is_dismissed, s.dismissal, s.dismissed_at,
    (SELECT u.name FROM app_user u WHERE u.id = s.by_user_id AND ($2::uuid IS NULL OR u.organisation_id = $2::uuid)
      AND NOT ${IS_ERASED}) AS by, l.seq AS by_seq, l.log AS by_log
  FROM ${QUARANTINED} s LEFT JOIN audit_leaf l ON l.entry_id = s.by_entry_id WHERE s.tenant_id = $1::uuid`;

/** Returns quarantined entries by falling id; `after` is the last one shown. */
export async function listQuarantinedRows(
  tx: Tx,
  { tenantId, organisationId }: Seen,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Readable<QuarantinedRow>[]> {
  const rows = await tx.$queryRawUnsafe<unknown[]>(
    `${ROW} AND ($3::uuid IS NULL OR s.entry_id < $3::uuid) ORDER BY s.entry_id DESC LIMIT $4`,
    tenantId,
    organisationId ?? null,
    page.after ?? null,
    page.limit,
  );
  return readRows(rows, (row) => Row.parse(row));
}

export async function findQuarantinedRow(
  tx: Tx,
  { tenantId, organisationId }: Seen,
  entryId: string,
): Promise<QuarantinedRow | undefined> {
  const text = `${ROW} AND s.entry_id = $3::uuid`;
  const rows = await tx.$queryRawUnsafe(text, tenantId, organisationId ?? null, entryId);
  return z.array(Row).parse(rows)[0];
}

export interface NewDismissalRow {
  readonly entryId: string;
  readonly digest: string;
  readonly tenantId: string;
  readonly reason: string;
  readonly byUserId: string;
  readonly at: Date;
  readonly byEntryId: string;
}

export async function insertDismissal(tx: Tx, made: NewDismissalRow): Promise<void> {
  await tx.audit_dismissal.create({
    select: { entry_id: true },
    data: {
      entry_id: made.entryId,
      digest: made.digest,
      tenant_id: made.tenantId,
      reason: made.reason,
      by_user_id: made.byUserId,
      at: made.at,
      by_entry_id: made.byEntryId,
    },
  });
}

const Open = z.object({ count: z.coerce.number().int().min(0), id: z.string(), reason: z.string() });

/** Returns how many quarantined entries are open, and the first of them. */
export async function readOpenQuarantine(
  tx: RawTx,
  tenantId: string,
): Promise<{ readonly count: number; readonly id: string; readonly reason: string } | undefined> {
  const { rows } = await tx.query(
    `SELECT count(*) OVER () AS count, s.entry_id::text AS id, s.reason FROM ${QUARANTINED} s
     WHERE s.tenant_id = $1::uuid AND NOT s.is_dismissed ORDER BY s.seen_at, s.entry_id LIMIT 1`,
    [tenantId],
  );
  return z.array(Open).parse(rows)[0];
}
