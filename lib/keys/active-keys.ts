import "server-only";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { type ActiveKeyRow, selectActiveKeys } from "@/lib/keys/store";
import { vouchedPublicKey } from "@/lib/keys/vouch";

/** A participant's active key, to seal for. */
export interface ActiveKey {
  readonly participantId: string;
  /** `<participant>#<version>` */
  readonly kid: string;
  readonly version: number;
  readonly keyVersionId: string;
  readonly publicKey: Uint8Array;
}

type VouchContext = Pick<Context, "keystore">;

/** Returns keys as they may be sealed to. Throws InvariantError for a public key that no keystore vouches for. */
export async function vouchForKeys(cx: VouchContext, rows: readonly ActiveKeyRow[]): Promise<ActiveKey[]> {
  const keys: ActiveKey[] = [];
  for (const row of rows) {
    const { participantId, kid, version, id: keyVersionId } = row;
    keys.push({ participantId, kid, version, keyVersionId, publicKey: await vouchedPublicKey(cx, row) });
  }
  return keys;
}

async function select(cx: VouchContext, tx: Tx, ids: readonly string[], lock: boolean): Promise<ActiveKey[]> {
  return vouchForKeys(cx, await selectActiveKeys(tx, ids, lock));
}

/**
 * Returns the active keys of these participants, by participant id. Participants without one are missing from the
 * answer. Throws InvariantError for a public key that no keystore vouches for.
 */
export function findActiveKeys(
  cx: VouchContext,
  tx: Tx,
  participantIds: readonly string[],
): Promise<ActiveKey[]> {
  return select(cx, tx, participantIds, false);
}

/**
 * Reads again for a key whose rotation was waited for. One more read is enough, unless the successor is rotated
 * meanwhile too.
 */
const LOOKS = 4;

/**
 * The same with FOR SHARE: until commit no one can suspend, rotate or destroy these keys. A statement that waited for a
 * rotation finds its key deactivated and does not see the successor yet. A second read sees it.
 */
export async function lockActiveKeys(
  cx: VouchContext,
  tx: Tx,
  participantIds: readonly string[],
): Promise<ActiveKey[]> {
  let keys = await select(cx, tx, participantIds, true);
  for (let look = 1; look < LOOKS && keys.length < participantIds.length; look += 1) {
    keys = await select(cx, tx, participantIds, true);
  }
  return keys;
}
