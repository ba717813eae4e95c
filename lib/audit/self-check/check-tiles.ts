import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import type { RawTx } from "@/lib/db/transaction";
import { around } from "../bundle-verifier/report/report";
import { readStoredTiles } from "./log-store";
import type { Walk } from "./progress";

const HASH_BYTES = 32;
const TILE_WIDTH = 256;

function rootOf(hashes: Uint8Array): Uint8Array {
  const frontier = Frontier.empty();
  for (let at = 0; at < hashes.length; at += HASH_BYTES) frontier.append(hashes.slice(at, at + HASH_BYTES));
  return frontier.root();
}

/**
 * Checks every tile above the lowest level against the tiles below it (C2SP tlog-tiles): a full tile's root is one
 * hash of the tile above. The lowest tiles were checked against the leaves. It keeps 256 tiles, two megabytes, in
 * memory.
 */
export async function checkUpperTiles(tx: RawTx, log: string, walk: Walk): Promise<void> {
  let full = Math.floor(walk.size / TILE_WIDTH);
  for (let level = 0; full > 0; level += 1, full = Math.floor(full / TILE_WIDTH)) {
    for (let from = 0; from < full; from += TILE_WIDTH) {
      const to = Math.min(full, from + TILE_WIDTH);
      const below = await readStoredTiles(tx, log, level, { from, to });
      const index = from / TILE_WIDTH;
      const [above] = await readStoredTiles(tx, log, level + 1, { from: index, to: index + 1 });
      const fault =
        to - from !== below.length
          ? from
          : below.findIndex(({ hashes }, at) => !holds(above?.hashes, at, hashes));
      if (fault < 0) continue;
      const first = (from + fault) * TILE_WIDTH ** (level + 1);
      const detail = `tile ${index} of level ${level + 1} does not hold the roots of the tiles below it`;
      walk.add({ class: "content mismatch", detail, ...around(first) });
    }
  }
}

function holds(above: Uint8Array | undefined, at: number, below: Uint8Array): boolean {
  const held = above?.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
  return (
    held !== undefined && below.length === TILE_WIDTH * HASH_BYTES && equalConstantTime(held, rootOf(below))
  );
}
