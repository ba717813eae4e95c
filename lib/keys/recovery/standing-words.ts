import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { findActive, isRemovedPasskey } from "@/lib/identity/roster/people-store";
import type { RecoveryWordRow } from "@/lib/keys/recovery/store";

/**
 * The words without those of people who were suspended since, and by passkeys that their owners removed, perhaps since a thief
 * has them: the custodian's roster may know both still.
 */
export async function standingWords(tx: Tx, words: readonly RecoveryWordRow[]): Promise<RecoveryWordRow[]> {
  const active = await findActive(
    tx,
    words.map(({ userId }) => userId),
  );
  const standing: RecoveryWordRow[] = [];
  for (const word of words) {
    const { userId, signature } = word;
    const isRemoved = signature.kind === "passkey" && (await isRemovedPasskey(tx, signature.credential_id));
    if (active.has(userId) && !isRemoved) standing.push(word);
  }
  return standing;
}
