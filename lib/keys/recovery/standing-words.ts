import "server-only";
import { within } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { findActive, isRemovedPasskey } from "@/lib/identity/roster/people-store";
import type { RecoveryWordRow } from "@/lib/keys/recovery/store";

/**
 * Returns the statements without those of people suspended since. Also drops those by passkeys that their owners
 * removed, perhaps because a thief has them. The custodian's roster may still have both.
 */
export async function standingWords(tx: Tx, words: readonly RecoveryWordRow[]): Promise<RecoveryWordRow[]> {
  const active = await findActive(
    tx,
    words.map(({ userId }) => userId),
  );
  const standing: RecoveryWordRow[] = [];
  for (const word of words) {
    const { userId, signature } = word;
    const isRemoved =
      signature.kind === "passkey" && (await isRemovedPasskey(within(tx), signature.credential_id));
    if (active.has(userId) && !isRemoved) standing.push(word);
  }
  return standing;
}
