import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { KEY_COLUMNS, type KeyVersion, type KeyVersionRow, toKeyVersion } from "@/lib/keys/store";

/** A version with its sealed private key, for the keystore only; absent for a client-held key. */
export interface SealedKey {
  readonly key: KeyVersion;
  readonly blob: Uint8Array | undefined;
  readonly kek: string | undefined;
}

/** Returns versions that match a condition on `key_version k`, locked until commit: no state can change before. */
export async function lockSealedWhere(tx: Tx, condition: Prisma.Sql): Promise<SealedKey[]> {
  const rows = await tx.$queryRaw<
    (KeyVersionRow & { private_blob: Uint8Array | null; kek_id: string | null })[]
  >(Prisma.sql`
    SELECT ${KEY_COLUMNS}, k.private_blob, k.kek_id FROM key_version k
    WHERE ${condition} ORDER BY k.version FOR SHARE OF k`);
  return rows.map((row) => ({
    key: toKeyVersion(row),
    blob: row.private_blob ?? undefined,
    kek: row.kek_id ?? undefined,
  }));
}

/** Returns these versions of a participant with their sealed private keys, locked until commit. */
export function lockSealedKeys(
  tx: Tx,
  participantId: string,
  versions: readonly number[],
): Promise<SealedKey[]> {
  return lockSealedWhere(
    tx,
    Prisma.sql`k.participant_id = ${participantId} AND k.version = ANY (${[...versions]}::int[])`,
  );
}
