import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** Ids of the grants in force or on their way that rest on an order under this registration. */
export async function listResting(tx: Tx, authorityId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT g.id::text AS id FROM access_grant g WHERE g.state IN ('pending', 'active')
      AND EXISTS (SELECT 1 FROM authorization_verification v
        WHERE v.authorization_id = g.authorization_id AND v.authority_id = ${authorityId}::uuid)
      ORDER BY g.id`,
  );
  return rows.map((row) => row.id);
}
