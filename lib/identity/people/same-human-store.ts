import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/**
 * Returns whether two accounts belong to one human: the same account, or two that share a mailbox or passkey (ADR
 * 0037).
 */
export async function isSameHuman(tx: Tx, one: string, other: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM same_human(${one}::uuid) AS account (id) WHERE account.id = ${other}::uuid`,
  );
  return rows.length > 0;
}
