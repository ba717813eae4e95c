import { concatAll } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { nodeHash, type ReadNode } from "@/lib/crypto/log/merkle";

/** C2SP tlog-tiles: a tile of level L and index N holds up to 256 hashes of tree level 8·L, from 256·N on. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;

export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TilePlace {
  readonly width: number;
  readonly hashes: Uint8Array;
}

function hashAt(hashes: Uint8Array, at: number): Uint8Array {
  return hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
}

/** Hash over `count` (a power of two) neighbouring hashes of a tile. */
function subtreeHash(hashes: Uint8Array, start: number, count: number): Uint8Array {
  if (count === 1) return hashAt(hashes, start);
  const half = count / 2;
  return nodeHash(subtreeHash(hashes, start, half), subtreeHash(hashes, start + half, half));
}

/** Returns the partial tiles at the right edge of a tree. Growth changes these tiles and adds new ones. */
export function edgeTiles(size: number): TilePlace[] {
  const places: TilePlace[] = [];
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    if (count % TILE_WIDTH > 0) places.push({ level, index: Math.floor(count / TILE_WIDTH) });
  }
  return places;
}

/** Returns every tile that changes when `leaves` are added to a tree of `size`, given its edge tiles. */
export function growTiles(edge: readonly Tile[], size: number, leaves: readonly Uint8Array[]): Tile[] {
  const changed: Tile[] = [];
  let fresh = leaves;
  let start = size;
  for (let level = 0; fresh.length > 0; level += 1) {
    const index = Math.floor(start / TILE_WIDTH);
    const width = start % TILE_WIDTH;
    const held = width === 0 ? new Uint8Array(0) : edge.find((tile) => tile.level === level)?.hashes;
    if (held?.length !== width * HASH_BYTES)
      throw new FormatError("format.merkle", "an edge tile does not fit");
    const all = concatAll([held, ...fresh]);
    const total = width + fresh.length;
    const roots: Uint8Array[] = [];
    for (let from = 0; from < total; from += TILE_WIDTH) {
      const count = Math.min(TILE_WIDTH, total - from);
      const hashes = all.slice(from * HASH_BYTES, (from + count) * HASH_BYTES);
      changed.push({ level, index: index + from / TILE_WIDTH, width: count, hashes });
      if (count === TILE_WIDTH) roots.push(subtreeHash(hashes, 0, TILE_WIDTH));
    }
    fresh = roots;
    start = index;
  }
  return changed;
}

/** Reads tree nodes from tiles. It requests each tile once. */
export function nodeReader(readTile: (place: TilePlace) => Promise<Uint8Array>): ReadNode {
  const held = new Map<string, Promise<Uint8Array>>();
  return async (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const count = 2 ** (level % TILE_HEIGHT);
    const start = index * count;
    const place = { level: tileLevel, index: Math.floor(start / TILE_WIDTH) };
    const key = `${place.level}/${place.index}`;
    const tile = held.get(key) ?? readTile(place);
    held.set(key, tile);
    const hashes = await tile;
    const at = start % TILE_WIDTH;
    if (hashes.length < (at + count) * HASH_BYTES)
      throw new FormatError("format.merkle", "the tree has no such node");
    return subtreeHash(hashes, at, count);
  };
}
