import "server-only";
import type { Context } from "@/lib/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { generateX25519 } from "@/lib/crypto/primitives";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import type { KeyState } from "@/lib/keys/states";
import { highestVersion, type KeyVersion, kidOf, type NewManagedKey } from "@/lib/keys/store";

/** A managed key that is made and not stored yet: all but the entry that will vouch for it. */
export type DraftKey = Omit<NewManagedKey, "registrationEntryId">;

interface SealedKey {
  readonly publicKey: Uint8Array;
  readonly blob: Uint8Array;
  readonly kek: string;
}

/** A fresh key pair whose private half is sealed before this returns. */
function sealFreshKey(cx: Pick<Context, "keystore">, participant: string, version: number): SealedKey {
  const { publicKey, privateKey } = generateX25519();
  try {
    const key = { purpose: "participant", participant, version, publicKey } as const;
    return { ...cx.keystore.sealPrivateKey({ ...key, privateKey }), publicKey };
  } finally {
    privateKey.fill(0);
  }
}

/**
 * The participant's next managed key version. Call it with the participant locked (`lockParticipant`): the number is
 * one more than the highest.
 */
export async function draftManagedKey(
  tx: Tx,
  cx: Pick<Context, "keystore" | "clock" | "instance">,
  participantId: string,
  state: KeyState,
): Promise<DraftKey> {
  const version = (await highestVersion(tx, participantId)) + 1;
  const { publicKey, blob, kek } = sealFreshKey(cx, participantId, version);
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
