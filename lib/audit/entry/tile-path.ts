/** A tile as its address names it: index within the level, and the width of a partial tile (256 when full). */
export interface TileAddress {
  readonly index: number;
  readonly width: number;
}

const FULL_WIDTH = 256;
const GROUP = /^x[0-9]{3}$/;
const LAST = /^[0-9]{3}$/;
const WIDTH = /^[1-9][0-9]{0,2}$/;
/** Beyond this an index has no tile: sizes stay below 2^53. */
const MAX_GROUPS = 6;

/**
 * Reads `<N>[.p/<W>]` of C2SP tlog-tiles from its path segments, e.g. `x001`, `x234`, `067.p`, `8`. Each tile has
 * exactly one address: no superfluous leading group, a width of 1 to 255. Returns undefined for anything else.
 */
export function parseTileAddress(segments: readonly string[]): TileAddress | undefined {
  const last = segments.at(-2);
  const isPartial = last?.endsWith(".p") === true;
  const groups = isPartial ? [...segments.slice(0, -2), last.slice(0, -2)] : [...segments];
  const width = isPartial ? partialWidth(segments.at(-1)) : FULL_WIDTH;
  const index = indexOf(groups);
  return width === undefined || index === undefined ? undefined : { index, width };
}

function partialWidth(text = ""): number | undefined {
  const width = WIDTH.test(text) ? Number(text) : FULL_WIDTH;
  return width < FULL_WIDTH ? width : undefined;
}

function indexOf(groups: readonly string[]): number | undefined {
  const [first] = groups;
  const end = groups.length - 1;
  if (first === undefined || groups.length > MAX_GROUPS) return undefined;
  const isForm = groups.every((group, at) => (at === end ? LAST : GROUP).test(group));
  if (!isForm || (end > 0 && first === "x000")) return undefined;
  const index = Number(groups.map((group) => group.slice(-3)).join(""));
  return Number.isSafeInteger(index) ? index : undefined;
}

/** Returns the path segments of a tile, the inverse of `parseTileAddress`. */
export function tileSegments({ index, width }: TileAddress): string[] {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`));
  if (width === FULL_WIDTH) return path;
  return [...path.slice(0, -1), `${path.at(-1)}.p`, String(width)];
}

/** Returns the width of the tile of this level and index in a tree of `size` leaves; 0 if the tree has no such tile. */
export function tileWidth(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / FULL_WIDTH ** level);
  return Math.max(0, Math.min(FULL_WIDTH, hashes - index * FULL_WIDTH));
}
