import "server-only";
import type { Tx } from "@/lib/db/transaction";

/**
 * Ids of the objects of a token that rows name (docs/formats/keys.md, "Resident keys"): bytes 2 to 17 of blobs that begin with
 * 0x02, read as they stand, so that a row whose blob is damaged elsewhere still keeps its key.
 */
export async function selectNamedObjects(tx: Tx): Promise<Uint8Array[]> {
  const rows = await tx.$queryRaw<{ object: Uint8Array }[]>`
    SELECT substring(private_blob FROM 2 FOR 16) AS object FROM key_version
    WHERE private_blob IS NOT NULL AND substring(private_blob FROM 1 FOR 1) = '\\x02'::bytea`;
  return rows.map(({ object }) => Uint8Array.from(object));
}
