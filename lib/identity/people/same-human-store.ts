import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** Whether two accounts are one human's: the same one, or two with one mailbox or one passkey (ADR 0037). */
export async function isSameHuman(tx: Tx, one: string, other: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM same_human(${one}::uuid) AS account (id) WHERE account.id = ${other}::uuid`,
  );
  return rows.length > 0;
}
