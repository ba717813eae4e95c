import "server-only";
import { z } from "zod";
import { type Seal, SealState } from "@/lib/administration/seal/schema";
import { uuidMillis, uuidv7 } from "@/lib/crypto/uuid";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({
  state: SealState,
  at: z.date(),
  reason: z.string(),
  asked_by: z.string(),
  agreed_by: z.string(),
});

/** Returns the newest agreed change; undefined for keys that were never sealed. */
async function findNewest(tx: Tx, tenantId: string): Promise<z.infer<typeof Row> | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT s.state, s.at, a.reason, asker.name AS asked_by, coalesce(decider.name, '') AS agreed_by FROM tenant_seal s
    JOIN agreement a ON a.id = s.agreement_id JOIN app_user asker ON asker.id = a.asked_by
    LEFT JOIN app_user decider ON decider.id = a.decided_by
    WHERE s.tenant_id = ${tenantId}::uuid ORDER BY s.id DESC LIMIT 1`);
  return rows.map((row) => Row.parse(row))[0];
}

/** Returns whether the tenant's keys are sealed now. */
export async function findSealState(tx: Tx, tenantId: string): Promise<SealState> {
  const rows = await tx.$queryRaw<{ readonly sealed: boolean }[]>(
    Prisma.sql`SELECT tenant_is_sealed(${tenantId}::uuid) AS sealed`,
  );
  return rows[0]?.sealed === true ? "sealed" : "open";
}

const Waiting = z.object({ agreement_id: z.string(), state: SealState, asked_by: z.string() });

/** Returns the state with those who agreed to it, and the change that waits. */
export async function findSeal(tx: Tx, tenantId: string): Promise<Seal> {
  const newest = await findNewest(tx, tenantId);
  const waiting = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT a.id::text AS agreement_id, a.after ->> 'state' AS state, u.name AS asked_by
    FROM agreement a JOIN app_user u ON u.id = a.asked_by
    WHERE a.tenant_id = ${tenantId}::uuid AND a.kind = 'seal' AND a.state = 'open' AND a.expires_at > now()`);
  return {
    state: newest?.state ?? "open",
    since: newest?.at.toISOString() ?? null,
    reason: newest?.reason ?? null,
    asked_by: newest?.asked_by ?? null,
    agreed_by: newest?.agreed_by ?? null,
    waiting: waiting.map((row) => Waiting.parse(row))[0] ?? null,
  };
}

/** Returns an id after all others of the tenant, also where the clock of another portal is ahead: the newest row counts. */
async function nextId(tx: Tx, tenantId: string, at: Date): Promise<string> {
  const newest = await tx.tenant_seal.findFirst({
    where: { tenant_id: tenantId },
    orderBy: { id: "desc" },
    select: { id: true },
  });
  const after = newest === null ? 0 : (uuidMillis(newest.id) ?? 0) + 1;
  return uuidv7(Math.max(at.getTime(), after));
}

/** Stores an agreed change. It counts from this transaction on. */
export async function insertSeal(
  tx: Tx,
  tenantId: string,
  seal: { readonly state: SealState; readonly agreementId: string; readonly at: Date },
): Promise<void> {
  await tx.tenant_seal.create({
    data: {
      id: await nextId(tx, tenantId, seal.at),
      tenant_id: tenantId,
      state: seal.state,
      agreement_id: seal.agreementId,
      at: seal.at,
    },
    select: { id: true },
  });
}
