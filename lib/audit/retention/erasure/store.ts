import "server-only";
import { z } from "zod";
import type { EntryRows } from "@/lib/context/recorder";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { ErasureState, StoredKeptBack } from "./schema";

const Instant = z.coerce.date().nullable();
const Row = z.object({
  id: z.string(),
  compartment_id: z.string(),
  subject: z.string(),
  is_subjects: z.boolean(),
  reason: z.string(),
  state: ErasureState,
  is_askers: z.boolean(),
  asked_by_name: z.string(),
  asked_at: z.coerce.date(),
  agreed_by_name: z.string().nullable(),
  agreed_at: Instant,
  ask_entry_id: z.string().nullable(),
  agree_entry_id: z.string().nullable(),
  kept_back: StoredKeptBack.nullable(),
  try_after: Instant,
  ended_at: Instant,
  by_seq: z.coerce.number().int().nullable(),
  by_log: z.string().nullable(),
});
export type ErasureRow = z.infer<typeof Row>;

const SELECT = `SELECT x.id::text, x.compartment_id::text, coalesce(s.handle, k.subject) AS subject, x.reason, x.state,
    coalesce(s.id IN (SELECT same_human($2::uuid)), false) AS is_subjects, x.asked_by IN (SELECT same_human($2::uuid)) AS is_askers,
    a.name AS asked_by_name, x.asked_at, b.name AS agreed_by_name, x.agreed_at, x.ask_entry_id::text,
    x.agree_entry_id::text, x.kept_back,
    x.try_after, x.ended_at, l.seq AS by_seq, l.log AS by_log
  FROM audit_erasure x JOIN audit_compartment k ON k.id = x.compartment_id
  LEFT JOIN app_user s ON s.pseudonym = k.subject AND s.tenant_id = k.tenant_id
  JOIN app_user a ON a.id = x.asked_by LEFT JOIN app_user b ON b.id = x.agreed_by
  LEFT JOIN audit_leaf l ON l.entry_id = x.entry_id
  WHERE x.tenant_id = $1::uuid`;

/** The reader. An erasure shows whether they requested it or are its subject, with any of their accounts (ADR 0037). */
export interface ErasureReader {
  readonly tenantId: string;
  readonly userId: string;
}

/** Returns erasures, newest first; `after` is the id of the last one shown. */
export async function listErasureRows(
  tx: Tx,
  { tenantId, userId }: ErasureReader,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Readable<ErasureRow>[]> {
  const text = `${SELECT} AND ($3::uuid IS NULL OR x.id < $3::uuid) ORDER BY x.id DESC LIMIT $4`;
  const rows = await tx.$queryRawUnsafe<unknown[]>(text, tenantId, userId, page.after ?? null, page.limit);
  return readRows(rows, (row) => Row.parse(row));
}

/** Returns one erasure. With `lock`, no one else can decide about it at the same time. */
export async function findErasure(
  tx: Tx,
  { tenantId, userId }: ErasureReader,
  id: string,
  lock?: "lock",
): Promise<ErasureRow | undefined> {
  const text = `${SELECT} AND x.id = $3::uuid ${lock ? "FOR UPDATE OF x" : ""}`;
  return z.array(Row).parse(await tx.$queryRawUnsafe(text, tenantId, userId, id))[0];
}

const Named = z.object({
  is_readers: z.boolean(),
  pseudonym: z.string(),
  compartment_id: z.string().nullable(),
});

/** Returns a person by handle, with their live compartment, if the log has entries about them. */
export async function findSubject(
  tx: Tx,
  { tenantId, userId }: ErasureReader,
  handle: string,
): Promise<z.infer<typeof Named> | undefined> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT u.id IN (SELECT same_human($3::uuid)) AS is_readers, u.pseudonym, k.id::text AS compartment_id FROM app_user u
     LEFT JOIN audit_compartment k ON k.tenant_id = u.tenant_id AND k.kind = 'subject' AND k.subject = u.pseudonym
       AND k.destroyed_at IS NULL
     WHERE u.tenant_id = $1::uuid AND u.handle = $2`,
    tenantId,
    handle,
    userId,
  );
  return z.array(Named).parse(rows)[0];
}

export async function insertErasure(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly compartmentId: string;
    readonly reason: string;
    readonly askedBy: string;
    readonly at: Date;
    /** Entry that requests it. */
    readonly entryId: string;
  },
): Promise<void> {
  await tx.audit_erasure.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        compartment_id: row.compartmentId,
        reason: row.reason,
        asked_by: row.askedBy,
        asked_at: row.at,
        ask_entry_id: row.entryId,
      },
    ],
  });
}

export async function agreeErasure(
  tx: Tx,
  id: string,
  agreed: { readonly by: string; readonly at: Date; readonly entryId: string },
): Promise<void> {
  await tx.audit_erasure.updateMany({
    where: { id, state: "asked" },
    data: {
      state: "agreed",
      agreed_by: agreed.by,
      agreed_at: agreed.at,
      agree_entry_id: agreed.entryId,
    },
  });
}

export async function refuseErasure(tx: Tx, id: string, by: string, at: Date): Promise<void> {
  await tx.audit_erasure.updateMany({
    where: { id, state: { in: ["asked", "agreed"] } },
    data: { state: "refused", refused_by: by, ended_at: at },
  });
}

const Due = Row.pick({ id: true, compartment_id: true, ask_entry_id: true, agree_entry_id: true });
export type DueErasure = z.infer<typeof Due>;

/** Returns agreed erasures that are due and have no recently prepared entry. */
export async function listDue(tx: Tx, tenantId: string, staleMs: number): Promise<DueErasure[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT id::text, compartment_id::text, ask_entry_id::text, agree_entry_id::text FROM audit_erasure WHERE tenant_id = $1::uuid AND state = 'agreed'
       AND coalesce(try_after, now()) <= now() AND coalesce(prepared_at, '-infinity') < now() - make_interval(secs => $2)
     ORDER BY id LIMIT 100`,
    tenantId,
    staleMs / 1000,
  );
  return z.array(Due).parse(rows);
}

/** Minutes until an erasure that no portal could prepare is due again. */
const PUT_OFF_MINUTES = 15;

/**
 * Defers an erasure for a quarter of an hour, the most that the database allows a portal, so that others get their
 * turn.
 */
export async function putOff(tx: Tx, id: string): Promise<void> {
  await tx.$executeRawUnsafe(
    "UPDATE audit_erasure SET try_after = now() + make_interval(mins => $2::int) WHERE id = $1::uuid AND state = 'agreed'",
    id,
    PUT_OFF_MINUTES,
  );
}

/** Stores the prepared rows of the erasing entry for the role that may destroy the key. */
export async function keepPrepared(tx: Tx, id: string, rows: EntryRows): Promise<void> {
  const { entry, parts, queue, index } = rows;
  const prepared = JSON.stringify({ entry: [entry], parts, queue, index: [index] });
  await tx.$executeRawUnsafe(
    "UPDATE audit_erasure SET prepared = $2::jsonb, prepared_at = now() WHERE id = $1::uuid AND state = 'agreed'",
    id,
    prepared,
  );
}
