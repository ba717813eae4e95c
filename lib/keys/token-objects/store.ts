import "server-only";
import type { Tx } from "@/lib/db/transaction";

/**
 * Returns ids of token objects that rows name (docs/formats/keys.md, "Resident keys"): bytes 2 to 17 of blobs that
 * begin with 0x02. The bytes are read as stored, so a row whose blob is damaged elsewhere still protects its key.
 */
export async function selectNamedObjects(tx: Tx): Promise<Uint8Array[]> {
  const rows = await tx.$queryRaw<{ object: Uint8Array }[]>`
    SELECT substring(private_blob FROM 2 FOR 16) AS object FROM key_version
    WHERE private_blob IS NOT NULL AND substring(private_blob FROM 1 FOR 1) = '\\x02'::bytea`;
  return rows.map(({ object }) => Uint8Array.from(object));
}
