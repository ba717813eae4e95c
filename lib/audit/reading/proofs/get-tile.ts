import "server-only";
import { type TileAddress, tileWidth } from "@/lib/audit/entry/tile-path";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { concat } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findNewestCheckpoint } from "../store";
import { findTileHashes, readEntryBytes } from "./tile-store";

const HASH_BYTES = 32;
const BUNDLE_WIDTH = 256;

/**
 * Returns one tile of the tree (C2SP tlog-tiles): `width` hashes of 32 bytes, full or partial of any width up to the
 * tree of the newest checkpoint. Throws audit.not-found beyond that.
 */
export async function getTile(cx: Context, level: number, address: TileAddress): Promise<Uint8Array> {
  const { log } = cx.instance;
  const hashes = await inSnapshot(cx, async (tx) => {
    const size = (await findNewestCheckpoint(tx, log))?.size ?? 0;
    if (tileWidth(size, level, address.index) < address.width) return undefined;
    return findTileHashes(tx, log, level, address.index);
  });
  if (hashes === undefined) throw new DomainError("audit.not-found");
  await recordReadOnce(cx, "audit.tile");
  return hashes.subarray(0, address.width * HASH_BYTES);
}

/**
 * Returns one entry bundle (C2SP tlog-tiles): the bytes of `width` entries, each after its length in two bytes,
 * big-endian. Throws audit.not-found beyond the newest checkpoint and for pruned entries.
 */
export async function getEntryBundle(cx: Context, { index, width }: TileAddress): Promise<Uint8Array> {
  const { log } = cx.instance;
  const entries = await inSnapshot(cx, async (tx) => {
    const size = (await findNewestCheckpoint(tx, log))?.size ?? 0;
    return tileWidth(size, 0, index) < width ? [] : readEntryBytes(tx, log, index * BUNDLE_WIDTH, width);
  });
  if (entries.length !== width) throw new DomainError("audit.not-found");
  await recordReadOnce(cx, "audit.entries");
  return concat(...entries.flatMap((bytes) => [lengthOf(bytes), bytes]));
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(bytes.length >>> 8, bytes.length & 0xff);
}
