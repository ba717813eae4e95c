import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Returns the hashes of a stored tile at its present width; one primary-key look-up. */
export async function findTileHashes(
  tx: Tx,
  log: string,
  level: number,
  index: number,
): Promise<Uint8Array | undefined> {
  const rows = await tx.$queryRawUnsafe(
    "SELECT hashes FROM audit_tile WHERE log = $1 AND level = $2::int AND index = $3::bigint",
    log,
    level,
    BigInt(index),
  );
  return z.array(z.object({ hashes: Bytes })).parse(rows)[0]?.hashes;
}

/** Returns the bytes of the entries from `from` on, in order; fewer than `count` if some are pruned. */
export async function readEntryBytes(
  tx: Tx,
  log: string,
  from: number,
  count: number,
): Promise<Uint8Array[]> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
     WHERE l.log = $1 AND l.seq >= $2::bigint AND l.seq < $3::bigint ORDER BY l.seq`,
    log,
    BigInt(from),
    BigInt(from + count),
  );
  return z
    .array(z.object({ bytes: Bytes }))
    .parse(rows)
    .map((row) => row.bytes);
}
