import "server-only";
import { z } from "zod";
import { Moment } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import type { SignedPolicy } from "@/lib/escrow/protocol/policy-order";
import { signedColumns, signedOf } from "@/lib/policies/approval-store";
import { SetActivation } from "@/lib/policies/schema";

const Row = z.object({
  id: z.string(),
  seq: z.number(),
  set_id: z.string(),
  number: z.number(),
  version: z.string(),
  document_digest: z.string(),
  why: SetActivation.shape.why,
  by_user_id: z.string().nullable(),
  at: Moment,
  entry_id: z.string(),
});

/** One move of the pointer that names the active set, and what was signed for the way back to a former one. */
export type ActivationRow = z.infer<typeof Row> & { readonly signed: SignedPolicy | null };

function readRow(row: { readonly statement: unknown; readonly signature: unknown }): ActivationRow {
  return { ...Row.parse(row), signed: signedOf(row) };
}

const COLUMNS = {
  ...{ id: true, seq: true, set_id: true, number: true, version: true, document_digest: true, why: true },
  ...{ by_user_id: true, at: true, entry_id: true, statement: true, signature: true },
} as const;

/** Returns the newest activation: the set that decides. Its place in the order counts, not its time. */
export async function findActivation(tx: Tx, tenantId: string): Promise<ActivationRow | undefined> {
  const row = await tx.policy_activation.findFirst({
    where: { tenant_id: tenantId },
    orderBy: { seq: "desc" },
    select: COLUMNS,
  });
  return row === null ? undefined : readRow(row);
}

/** What the log has about an activation or an approval. */
export interface Evidence {
  /** Canonical bytes of its entry; undefined where they are not there. */
  readonly bytes: Uint8Array | undefined;
  readonly leaf: { readonly log: string; readonly hash: Uint8Array } | undefined;
  /** The log has leaves of entries that are younger by more than the merge delay. */
  readonly isPassed: boolean;
}

/** An entry has its leaf within this time (audit.md). */
const MERGE_DELAY_MS = 60_000;

/** Returns a UUIDv7 of this moment, before all others of it. */
function firstIdAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

export async function findEvidence(
  tx: Tx,
  { entry_id: id, at }: Pick<ActivationRow, "entry_id" | "at">,
): Promise<Evidence> {
  const entry = await tx.audit_entry.findUnique({ where: { id }, select: { bytes: true } });
  const leaf = await tx.audit_leaf.findFirst({
    where: { entry_id: id },
    select: { log: true, leaf_hash: true },
  });
  const later = await tx.audit_leaf.findFirst({
    where: { entry_id: { gt: firstIdAt(at.getTime() + MERGE_DELAY_MS) } },
    select: { log: true },
  });
  return {
    bytes: entry?.bytes,
    leaf: leaf === null ? undefined : { log: leaf.log, hash: leaf.leaf_hash },
    isPassed: later !== null,
  };
}

/**
 * Returns whether the log has an activation after this one: then its row was removed, or lost with a restored database. An
 * activation that is not in the log yet is the newest. Entries of the present log come after those of closed logs.
 */
export async function hasNewer(tx: Tx, log: string, { entry_id: id }: ActivationRow): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM audit_leaf own JOIN audit_index i ON i.tenant_id = own.tenant_id AND i.action IN ('policy.activate', 'policy.roll_back')
        AND i.outcome = 'done' AND i.entry_id <> own.entry_id
      LEFT JOIN audit_leaf l ON l.entry_id = i.entry_id
    WHERE own.entry_id = ${id}::uuid AND (l.entry_id IS NULL OR (l.log = own.log AND l.seq > own.seq)
      OR (l.log <> own.log AND l.log = ${log})) LIMIT 1`;
  return rows.length > 0;
}

/** Returns the activations of one set, newest first. */
export async function listActivations(tx: Tx, setId: string): Promise<ActivationRow[]> {
  const rows = await tx.policy_activation.findMany({
    where: { set_id: setId },
    orderBy: { seq: "desc" },
    take: 100,
    select: COLUMNS,
  });
  return rows.map(readRow);
}

const Activated = Row.pick({ number: true, at: true, document_digest: true }).extend({
  document: z.string(),
});

/** Returns the newest activations with the documents of their sets, newest first. */
export async function listActivatedDocuments(
  tx: Tx,
  tenantId: string,
  limit: number,
): Promise<z.infer<typeof Activated>[]> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT p.number, p.at, s.document, s.document_digest FROM policy_activation p JOIN policy_set s ON s.id = p.set_id
    WHERE p.tenant_id = ${tenantId}::uuid ORDER BY p.seq DESC LIMIT ${limit}`;
  return z.array(Activated).parse(rows);
}

/**
 * Returns who wrote and who approved the set of this version, where people made it active; undefined for the first set,
 * and for a version that only a new build has.
 */
export async function findAgreed(
  tx: Tx,
  tenantId: string,
  version: string,
): Promise<{ readonly author: string; readonly approver: string } | undefined> {
  const rows = await tx.$queryRaw<{ author: string; approver: string }[]>`
    SELECT author.name AS author, approver.name AS approver
    FROM policy_activation p JOIN policy_set s ON s.id = p.set_id JOIN app_user author ON author.id = s.author
      JOIN policy_approval a ON a.set_id = s.id AND a.round = s.round AND a.decision = 'approve'
      JOIN app_user approver ON approver.id = a.user_id
    WHERE p.tenant_id = ${tenantId}::uuid AND p.version = ${version} AND p.why IN ('activate', 'roll_back')
    ORDER BY p.seq DESC, a.id LIMIT 1`;
  return rows[0];
}

/** Moves the pointer. Two at once: the second one violates the order and the database refuses it. */
export async function insertActivation(tx: Tx, tenantId: string, row: ActivationRow): Promise<void> {
  const { signed, ...rest } = row;
  await tx.policy_activation.createMany({
    data: [{ ...rest, ...signedColumns(signed), tenant_id: tenantId }],
  });
}

/** Returns the set that was active before and can be rolled back to: the superseded one with the newest activation. */
export async function findFormer(tx: Tx, tenantId: string): Promise<number | undefined> {
  const rows = await tx.$queryRaw<{ number: number }[]>`
    SELECT p.number FROM policy_activation p JOIN policy_set s ON s.id = p.set_id
    WHERE p.tenant_id = ${tenantId}::uuid AND s.state = 'superseded' ORDER BY p.seq DESC LIMIT 1`;
  return rows[0]?.number;
}
