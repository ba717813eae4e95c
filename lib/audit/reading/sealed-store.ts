import "server-only";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/**
 * Returns the accounts that a request is sealed from at a time: staff of a party's organisation; empty without a
 * seal.
 */
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
 * Returns the cases that are sealed from the caller: requests under seal about records of their own organisations,
 * and other people's legal holds on such records. Lists, counts and the log leave these cases out for the caller.
 */
export function findSealedCases(tx: Tx, { principal, clock }: Asking): Promise<readonly string[]> {
  return findSealedCasesAt(tx, principal, clock.now());
}

/** Returns the sealed cases of another reader, at a given time. */
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
