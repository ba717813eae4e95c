import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({ transaction_id: z.string(), key_id: z.string() });

/**
 * Returns, by transaction, the key of this participant that its fields are sealed for where the participant's own program
 * holds it. The portal cannot open these for the participant.
 */
export async function listHeldKeys(
  tx: Tx,
  participantId: string,
  transactionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (transactionIds.length === 0) return new Map();
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT DISTINCT ON (w.transaction_id) w.transaction_id::text, w.key_version_id::text AS key_id
    FROM wrap w JOIN key_version k ON k.id = w.key_version_id
    WHERE w.transaction_id = ANY (${[...transactionIds]}::uuid[]) AND w.participant_id = ${participantId}
      AND w.kind = 'participant' AND k.custody = 'client'
    ORDER BY w.transaction_id, k.version DESC`);
  return new Map(rows.map((row) => Row.parse(row)).map((row) => [row.transaction_id, row.key_id]));
}
