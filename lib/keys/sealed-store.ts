import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { KEY_COLUMNS, type KeyVersion, type KeyVersionRow, toKeyVersion } from "@/lib/keys/store";

/** A version with its sealed private key, for the keystore only; absent for a client-held key. */
export interface SealedKey {
  readonly key: KeyVersion;
  readonly blob: Uint8Array | undefined;
  readonly kek: string | undefined;
}

type SealedRow = KeyVersionRow & {
  readonly private_blob: Uint8Array | null;
  readonly kek_id: string | null;
};

function toSealedKey(row: SealedRow): SealedKey {
  return { key: toKeyVersion(row), blob: row.private_blob ?? undefined, kek: row.kek_id ?? undefined };
}

/** Returns versions that match a condition on `key_version k`, locked until commit: no state can change before. */
export async function lockSealedWhere(tx: Tx, condition: Prisma.Sql): Promise<SealedKey[]> {
  const rows = await tx.$queryRaw<SealedRow[]>(Prisma.sql`
    SELECT ${KEY_COLUMNS}, k.private_blob, k.kek_id FROM key_version k
    WHERE ${condition} ORDER BY k.version FOR SHARE OF k`);
  return rows.map(toSealedKey);
}

interface Wanted {
  readonly participantId: string;
  readonly versions: readonly number[];
}

const LOCK_SEALED_KEYS = statement<Wanted, SealedRow>("lock-sealed-keys")`
  SELECT ${KEY_COLUMNS}, k.private_blob, k.kek_id FROM key_version k
  WHERE k.participant_id = ${({ participantId }) => participantId} AND k.version = ANY (${({ versions }) => versions}::int[])
  ORDER BY k.version FOR SHARE OF k`;

/** Returns these versions of a participant with their sealed private keys, locked until the transaction ends. */
export async function lockSealedKeys(run: Run, wanted: Wanted): Promise<SealedKey[]> {
  return (await run(LOCK_SEALED_KEYS, wanted)).map(toSealedKey);
}
