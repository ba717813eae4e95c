import "server-only";
import { inSnapshot } from "@/lib/db/transaction";
import type { KeyReadContext } from "@/lib/keys/list-keys";
import { selectKeys } from "@/lib/keys/store";

/** Who a transaction can be sealed for, with the key it would be sealed with now. */
export interface Recipient {
  readonly participantId: string;
  readonly kid: string;
  readonly fingerprint: string;
}

const PAGE = 500;

/** Participants with an active key, by id; of very many only those with the oldest keys, others are looked up by name. */
export async function listRecipients(cx: KeyReadContext): Promise<Recipient[]> {
  const keys = await inSnapshot(cx, (tx) => selectKeys(tx, { state: "active", limit: PAGE }));
  return keys
    .map(({ participantId, kid, thumbprint }) => ({ participantId, kid, fingerprint: thumbprint }))
    .sort((a, b) => (a.participantId < b.participantId ? -1 : 1));
}
