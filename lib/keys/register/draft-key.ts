import "server-only";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import type { KeyState } from "@/lib/keys/states";
import { highestVersion, type KeyVersion, kidOf, type NewManagedKey } from "@/lib/keys/store";

/** A managed key that is made and not stored yet; its registration entry is still missing. */
export type DraftKey = Omit<NewManagedKey, "registrationEntryId">;

/**
 * Returns the participant's next managed key version. Call it with the participant locked (`lockParticipant`): the
 * number is one more than the highest.
 */
export async function draftManagedKey(
  tx: Tx,
  cx: Pick<Context, "keystore" | "clock" | "instance">,
  participantId: string,
  state: KeyState,
): Promise<DraftKey> {
  const version = (await highestVersion(tx, participantId)) + 1;
  const owner = { purpose: "participant", participant: participantId, version } as const;
  const { publicKey, blob, kek } = await cx.keystore.createKeyPair(owner);
  const at = cx.clock.now();
  const key: KeyVersion = {
    id: uuidv7(at.getTime()),
    participantId,
    version,
    kid: kidOf(participantId, version),
    custody: "managed",
    state,
    publicKey: toBase64url(publicKey),
    thumbprint: jwkThumbprint(publicKey),
    createdAt: at,
  };
  return { key, tenantId: cx.instance.tenantId, blob, kek };
}
