import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import type { KeyReadContext } from "@/lib/keys/list-keys";
import { selectKeys } from "@/lib/keys/store";

/** A participant that a transaction can be sealed for, with its active key. */
export interface Recipient {
  readonly participantId: string;
  readonly kid: string;
  readonly fingerprint: string;
}

const PAGE = 500;

/**
 * Returns participants with an active key, by id. If there are very many, returns only those with the oldest keys;
 * callers look up others by name.
 */
export async function listRecipients(cx: KeyReadContext): Promise<Recipient[]> {
  const keys = await inSnapshot(cx, (tx) => selectKeys(tx, { state: "active", limit: PAGE }));
  return keys
    .map(({ participantId, kid, thumbprint }) => ({ participantId, kid, fingerprint: thumbprint }))
    .sort((a, b) => (a.participantId < b.participantId ? -1 : 1));
}
