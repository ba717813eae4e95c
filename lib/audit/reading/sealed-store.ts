import "server-only";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** From whom a request is sealed at a time, by account: staff of a party's organisation; from nobody without a seal. */
export async function findSealedFrom(tx: Tx, requestId: string, at: Date): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ ids: string[] | null }[]>(
    Prisma.sql`SELECT sealed_from(${requestId}::uuid, ${at})::text[] AS ids`,
  );
  return rows[0]?.ids ?? [];
}

interface Asking extends Pick<Context, "clock"> {
  readonly principal: Pick<Context["principal"], "tenantId" | "userId">;
}

/**
 * The cases that are sealed from the caller: requests under a seal about records of his own organisations, and others'
 * legal holds on such records. What lists, counts and the log leave out for him.
 */
export function findSealedCases(tx: Tx, { principal, clock }: Asking): Promise<readonly string[]> {
  return findSealedCasesAt(tx, principal, clock.now());
}

/** The same for another reader, at a time. */
export async function findSealedCasesAt(
  tx: Tx,
  { tenantId, userId }: Asking["principal"],
  at: Date,
): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ ids: string[] | null }[]>(
    Prisma.sql`SELECT cases_sealed_from(${tenantId}::uuid, ${userId}::uuid, ${at})::text[] AS ids`,
  );
  return rows[0]?.ids ?? [];
}
