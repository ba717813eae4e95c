import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** Requests whose legal authority rests on this registration and has not ended. */
export async function listResting(tx: Tx, authorityId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT a.request_id::text AS id FROM legal_authorization a
      WHERE a.state IN ('submitted', 'signature_verified', 'legal_review', 'attested', 'approved', 'active', 'suspended')
        AND EXISTS (SELECT 1 FROM authorization_verification v
          WHERE v.authorization_id = a.id AND v.authority_id = ${authorityId}::uuid)
      ORDER BY a.id`,
  );
  return rows.map((row) => row.id);
}
