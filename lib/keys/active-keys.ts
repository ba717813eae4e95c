import "server-only";
import { parseEntry } from "@/lib/audit/entry";
import { fromBase64url } from "@/lib/crypto/bytes";
import { jwkThumbprint } from "@/lib/crypto/reply";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { type ActiveKeyRow, selectActiveKeys } from "@/lib/keys/store";

/** A participant's key that may be sealed to now. */
export interface ActiveKey {
  readonly participantId: string;
  /** `<participant>#<version>` */
  readonly kid: string;
  readonly version: number;
  readonly keyVersionId: string;
  readonly publicKey: Uint8Array;
}

/**
 * The public key must be the one whose thumbprint stands in its registration entry: whoever can write the
 * key table alone cannot have the next envelopes sealed to a key of his.
 */
function vouched(row: ActiveKeyRow): ActiveKey {
  const publicKey = fromBase64url(row.publicKey);
  const thumbprint = jwkThumbprint(publicKey);
  const recorded =
    row.registration === undefined ? row.thumbprint : parseEntry(row.registration).pub?.thumbprint;
  if (recorded !== thumbprint || row.thumbprint !== thumbprint) {
    throw new InvariantError(`the registration entry of key ${row.kid} does not vouch for its public key`);
  }
  return {
    participantId: row.participantId,
    kid: row.kid,
    version: row.version,
    keyVersionId: row.id,
    publicKey,
  };
}

/** The active keys of these participants, by participant id; those without one are missing from the answer. */
export async function findActiveKeys(tx: Tx, participantIds: readonly string[]): Promise<ActiveKey[]> {
  return (await selectActiveKeys(tx, participantIds, false)).map(vouched);
}

/** The same with FOR SHARE: until commit none of them can be suspended, rotated or destroyed. */
export async function lockActiveKeys(tx: Tx, participantIds: readonly string[]): Promise<ActiveKey[]> {
  return (await selectActiveKeys(tx, participantIds, true)).map(vouched);
}
