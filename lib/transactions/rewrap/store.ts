import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/**
 * Returns those of these transactions whose data is active: not settled or failed, or in a live dispute. A grant does
 * not make data active. The parties see what is resealed, and would learn of a sealed grant from it (I12).
 */
export async function findActiveData(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT t.id FROM transaction t WHERE t.id = ANY (${[...ids]}::uuid[]) AND (
      t.status NOT IN ('settled', 'failed')
      OR EXISTS (SELECT 1 FROM dispute d WHERE d.transaction_id = t.id AND d.state IN ('open', 'taken')))`);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Returns whether the log has taken no entry for this long. Without the tree, data that a re-wrap binds are trusted
 * only for the merge delay, and are unreadable afterwards.
 */
export async function isLogBehind(tx: Tx, seconds: number): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 1 FROM audit_queue q WHERE q.queued_at < now() - make_interval(secs => ${seconds}::int)
      AND NOT EXISTS (SELECT 1 FROM audit_quarantine a WHERE a.entry_id = q.entry_id) LIMIT 1`);
  return rows.length > 0;
}

/** Inserts the next generations of sealed groups. */
export async function insertGroups(
  tx: Tx,
  rows: readonly Prisma.transaction_groupCreateManyInput[],
): Promise<void> {
  if (rows.length > 0) await tx.transaction_group.createMany({ data: [...rows] });
}

/**
 * Removes the parties' entries of generations that have a successor, which no longer need to open. The escrow's former
 * entry stays until the custodian has confirmed the successor.
 */
export async function retireOldWraps(tx: Tx, transactionIds: readonly string[]): Promise<void> {
  const old = Prisma.sql`w.transaction_id = ANY (${[...transactionIds]}::uuid[])
    AND w.gen < (SELECT max(g.gen) FROM transaction_group g
                 WHERE g.transaction_id = w.transaction_id AND g.grp = w.grp)`;
  await tx.$executeRaw(Prisma.sql`DELETE FROM wrap w WHERE ${old} AND w.kind = 'participant'`);
  await tx.$executeRaw(Prisma.sql`UPDATE wrap w SET kind = 'former' WHERE ${old} AND w.kind = 'escrow'`);
}

/** Returns transactions with an entry of the escrow under an epoch before this one, by id, after one. */
export async function listUnderFormer(
  tx: Tx,
  where: {
    readonly tenantId: string;
    readonly epoch: number;
    readonly after: string | undefined;
    readonly limit: number;
  },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ transaction_id: string }[]>(Prisma.sql`
    SELECT DISTINCT w.transaction_id FROM wrap w
    WHERE w.tenant_id = ${where.tenantId}::uuid AND w.kind = 'escrow' AND w.epoch < ${where.epoch}
      AND (${where.after ?? null}::uuid IS NULL OR w.transaction_id > ${where.after ?? null}::uuid)
    ORDER BY w.transaction_id LIMIT ${where.limit}`);
  return rows.map((row) => row.transaction_id);
}

/** The escrow's entry of a group under a newer epoch, with the custodian's statement. */
export interface MovedEscrow {
  readonly transactionId: string;
  readonly group: string;
  readonly gen: number;
  readonly oldKid: string;
  readonly kid: string;
  readonly epoch: number;
  readonly epk: string;
  readonly encryptedKey: string;
  readonly bd: string;
  readonly signature: string;
}

/** Replaces the escrow's entries and the custodian's statements about them; returns how many entries. */
export async function moveEscrowWraps(tx: Tx, moved: readonly MovedEscrow[]): Promise<number> {
  const rows = JSON.stringify(
    moved.map((wrap) => ({
      transaction_id: wrap.transactionId,
      grp: wrap.group,
      gen: wrap.gen,
      old_kid: wrap.oldKid,
      kid: wrap.kid,
      epoch: wrap.epoch,
      epk: wrap.epk,
      encrypted_key: wrap.encryptedKey,
      bd: wrap.bd,
      signature: wrap.signature,
    })),
  );
  await tx.$executeRaw(Prisma.sql`
    UPDATE escrow_registration r
    SET bd = x.bd, kid = x.kid, signature = x.signature, problem = NULL, due_at = NULL, registered_at = now()
    FROM jsonb_to_recordset(${rows}::jsonb)
      AS x (transaction_id uuid, grp text, gen int, bd text, kid text, signature text)
    WHERE r.transaction_id = x.transaction_id AND r.grp = x.grp AND r.gen = x.gen`);
  return tx.$executeRaw(Prisma.sql`
    UPDATE wrap w SET kid = r.kid, epoch = r.epoch, epk = r.epk, encrypted_key = r.encrypted_key
    FROM jsonb_to_recordset(${rows}::jsonb) AS r (transaction_id uuid, grp text, gen int, old_kid text, kid text,
      epoch int, epk text, encrypted_key text)
    WHERE w.kind = 'escrow' AND w.transaction_id = r.transaction_id AND w.grp = r.grp AND w.gen = r.gen
      AND w.kid = r.old_kid`);
}

/** A former entry of the escrow, with the custodian's statement about the newest generation of its group. */
export interface FormerEntry {
  readonly transactionId: string;
  readonly group: string;
  readonly gen: number;
  readonly newest: { readonly gen: number; readonly bd: string };
  readonly confirmed: { readonly bd: string; readonly kid: string; readonly signature: string };
}

/**
 * Returns former entries of these transactions, or of about fifty, whose successors the custodian has answered for.
 */
export async function listFormer(tx: Tx, transactionIds?: readonly string[]): Promise<FormerEntry[]> {
  const ids = transactionIds === undefined ? null : [...transactionIds];
  const rows = await tx.$queryRaw<
    {
      transaction_id: string;
      grp: string;
      gen: number;
      new_gen: number;
      bd: string;
      said: string;
      kid: string;
      signature: string;
    }[]
  >(Prisma.sql`
    SELECT w.transaction_id, w.grp, w.gen, g.gen AS new_gen, g.bd, r.bd AS said, r.kid, r.signature
    FROM wrap w
    JOIN LATERAL (SELECT n.gen, n.bd FROM transaction_group n
      WHERE n.transaction_id = w.transaction_id AND n.grp = w.grp ORDER BY n.gen DESC LIMIT 1) g ON true
    JOIN escrow_registration r ON r.transaction_id = w.transaction_id AND r.grp = w.grp AND r.gen = g.gen
    WHERE w.kind = 'former' AND g.gen > w.gen AND r.signature IS NOT NULL
      AND (${ids}::uuid[] IS NULL OR w.transaction_id = ANY (${ids}::uuid[]))
    ORDER BY w.transaction_id, w.grp, w.gen LIMIT 500`);
  return rows.map((row) => ({
    transactionId: row.transaction_id,
    group: row.grp,
    gen: row.gen,
    newest: { gen: row.new_gen, bd: row.bd },
    confirmed: { bd: row.said, kid: row.kid, signature: row.signature },
  }));
}

/** Removes former entries; returns how many. */
export async function deleteFormer(tx: Tx, former: readonly FormerEntry[]): Promise<number> {
  const rows = former.map(({ transactionId, group, gen }) => ({
    transaction_id: transactionId,
    grp: group,
    gen,
  }));
  return tx.$executeRaw(Prisma.sql`
    DELETE FROM wrap w USING jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (transaction_id uuid, grp text, gen int)
    WHERE w.kind = 'former' AND w.transaction_id = r.transaction_id AND w.grp = r.grp AND w.gen = r.gen`);
}
