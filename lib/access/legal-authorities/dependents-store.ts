import "server-only";
import { lockRequest } from "@/lib/access/requests/store";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** Returns requests whose legal authority rests on this registration and has not ended. */
export async function listDependents(tx: Tx, authorityId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT a.request_id::text AS id FROM legal_authorization a
      WHERE a.state IN ('submitted', 'signature_verified', 'legal_review', 'attested', 'approved', 'active', 'suspended')
        AND EXISTS (SELECT 1 FROM authorization_verification v
          WHERE v.authorization_id = a.id AND v.authority_id = ${authorityId}::uuid)
      ORDER BY a.id`,
  );
  return rows.map((row) => row.id);
}

async function listLine(tx: Tx, requestId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(
    Prisma.sql`WITH RECURSIVE line AS (
        SELECT id, continues_id FROM access_request WHERE id = ${requestId}::uuid
        UNION SELECT r.id, r.continues_id FROM access_request r JOIN line l ON r.continues_id = l.id OR r.id = l.continues_id)
      SELECT id::text FROM line ORDER BY id`,
  );
  return rows.map((row) => row.id);
}

/**
 * Locks this request and every request linked to it as the rest of a part, and returns their ids: all rest on one
 * order. It locks from the oldest on, so that two calls at once wait for each other, and includes a request that was
 * added meanwhile.
 */
export async function lockSameOrder(tx: Tx, requestId: string): Promise<readonly string[]> {
  const held = new Set<string>();
  for (;;) {
    const found = (await listLine(tx, requestId)).filter((id) => !held.has(id));
    if (found.length === 0) return [...held];
    for (const id of found) {
      await lockRequest(tx, id);
      held.add(id);
    }
  }
}
