import "server-only";
import { type Running, statement } from "@/lib/db/statement";

interface Asked {
  readonly participantId: string;
  readonly transactionIds: readonly string[];
}

const FIND_HELD_KEYS = statement<Asked, { readonly transaction_id: string; readonly key_id: string }>(
  "find-held-keys",
)`
  SELECT DISTINCT ON (w.transaction_id) w.transaction_id::text, w.key_version_id::text AS key_id
  FROM wrap w JOIN key_version k ON k.id = w.key_version_id
  WHERE w.transaction_id = ANY (${({ transactionIds }) => transactionIds}::uuid[])
    AND w.participant_id = ${({ participantId }) => participantId}
    AND w.kind = 'participant' AND k.custody = 'client'
  ORDER BY w.transaction_id, k.version DESC`;

/**
 * Returns, by transaction, the key of this participant that its fields are sealed for where the participant's own program
 * holds it. The portal cannot open these for the participant.
 */
export async function listHeldKeys(
  { run }: Running,
  participantId: string,
  transactionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (transactionIds.length === 0) return new Map();
  const rows = await run(FIND_HELD_KEYS, { participantId, transactionIds });
  return new Map(rows.map((row) => [row.transaction_id, row.key_id]));
}
