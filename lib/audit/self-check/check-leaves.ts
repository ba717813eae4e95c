import "server-only";
import { equalConstantTime, toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { judgeRecovery } from "../bundle-verifier/claims/recovery";
import { around, somewhere } from "../bundle-verifier/report/report";
import { parseCheckpointText } from "../entry/checkpoint";
import { chainNext, type Entry, entryLeaf, parseEntry } from "../entry/entry";
import type { readPartDigests, StoredCheckpoint, StoredLeaf, StoredTile } from "./log-store";
import type { Walk } from "./progress";

const HASH_BYTES = 32;
const TILE_WIDTH = 256;

/** The data that belongs to a batch of leaves. */
export interface LeafSources {
  readonly log: string;
  readonly logVkey: string;
  /** First number whose bytes must still exist. */
  readonly minimum: number;
  /** Ids of entries whose sealed parts are lost according to a recovery in the tree. */
  readonly lost: ReadonlySet<string>;
  readonly parts: Awaited<ReturnType<typeof readPartDigests>>;
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly tiles: readonly StoredTile[];
}

/** Recomputes a batch of leaves from stored bytes, in order, and compares them with everything derived from them. */
export function checkLeaves(walk: Walk, rows: readonly StoredLeaf[], sources: LeafSources): void {
  const parts = new Map<string, Map<string, Uint8Array>>();
  for (const { entry_id, c, d } of sources.parts)
    parts.set(entry_id, (parts.get(entry_id) ?? new Map()).set(c, d));
  const tiles = new Map(sources.tiles.map((tile) => [tile.index, tile]));
  const checkpoints = new Map(sources.checkpoints.map((checkpoint) => [checkpoint.size, checkpoint]));
  for (const row of rows) {
    if (row.seq !== walk.next) passGap(walk, row.seq);
    const entry = readEntry(walk, row, sources);
    if (entry !== undefined)
      checkParts(walk, row.seq, entry, { stored: parts.get(row.entry_id), lost: sources.lost });
    // Rebuild the tree from the bytes. For pruned entries use the stored leaf, which the root then confirms.
    const leaf = row.bytes === null ? row.leaf_hash : entryLeaf(row.bytes);
    walk.frontier.append(leaf);
    checkDerived(walk, row, leaf, tiles.get(Math.floor(row.seq / TILE_WIDTH)));
    walk.next = row.seq + 1;
    const checkpoint = checkpoints.get(walk.next);
    if (checkpoint !== undefined) checkCheckpoint(walk, checkpoint, sources);
  }
}

const NO_LEAF = new Uint8Array(HASH_BYTES);

/** Reports the first missing leaf and continues after the gap. No later root can match. */
export function passGap(walk: Walk, to: number): void {
  const from = walk.next;
  const detail = to - from === 1 ? `leaf ${from} is missing` : `leaves ${from} to ${to - 1} are missing`;
  walk.add({ class: "missing leaf", detail, ...around(from) });
  walk.failed ??= from;
  for (; walk.next < to; walk.next += 1) walk.frontier.append(NO_LEAF);
  walk.chain = new Uint8Array(0);
}

function readEntry(walk: Walk, row: StoredLeaf, sources: LeafSources): Entry | undefined {
  const { seq, bytes } = row;
  if (bytes === null) {
    if (seq < sources.minimum) walk.pruned += 1;
    else
      walk.add({
        class: "missing leaf",
        detail: `entry ${seq} has a leaf, but its bytes are missing`,
        ...around(seq),
      });
    return undefined;
  }
  if (!equalConstantTime(entryLeaf(bytes), row.leaf_hash)) {
    const detail = `the stored bytes of entry ${seq} do not give its leaf`;
    walk.add({ class: "content mismatch", detail, ...around(seq) });
  }
  try {
    const entry = parseEntry(bytes);
    const fault = rowFault(entry, row, sources.log);
    if (fault !== undefined)
      walk.add({
        class: fault === "place" ? "reorder" : "content mismatch",
        detail: faultText(seq, fault),
        ...around(seq),
      });
    checkIndex(walk, row, entry);
    checkRecovery(walk, seq, entry);
    return entry;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    walk.add({ class: "content mismatch", detail: `entry ${seq}: ${error.message}`, ...around(seq) });
    return undefined;
  }
}

type RowFault = "place" | "log" | "columns";

function rowFault(entry: Entry, row: StoredLeaf, log: string): RowFault | undefined {
  if (entry.id !== row.entry_id) return "place";
  if (entry.log !== log || row.log !== log) return "log";
  const isSame = entry.at === row.at && entry.class === row.class && entry.outcome === row.outcome;
  return isSame ? undefined : "columns";
}

function faultText(seq: number, fault: RowFault): string {
  if (fault === "place") return `place ${seq} has the bytes of another entry`;
  return fault === "log"
    ? `entry ${seq} is of another log`
    : `the columns of entry ${seq} do not match its bytes`;
}

/**
 * Returns the facts of an entry's index row that are public. The others are sealed, and a portal checks them
 * (check-index.ts).
 */
function checkIndex(walk: Walk, row: StoredLeaf, entry: Entry): void {
  if (row.index_at === entry.at && row.index_outcome === entry.outcome) return;
  const detail = `the index row of entry ${row.seq} is missing or does not match the entry`;
  walk.add({ class: "index", detail, ...around(row.seq) });
}

/** A loss that the log itself records is always a finding. */
function checkRecovery(walk: Walk, seq: number, entry: Entry): void {
  if (entry.pub?.recovery === undefined) return;
  const { is, detail } = judgeRecovery(seq, entry.pub.recovery, { log: entry.log });
  if (is === "lost") walk.add({ class: "lost", detail });
}

function checkParts(
  walk: Walk,
  seq: number,
  entry: Entry,
  held: { readonly stored: ReadonlyMap<string, Uint8Array> | undefined; readonly lost: ReadonlySet<string> },
): void {
  for (const { c, d } of entry.sealed) {
    const digest = held.stored?.get(c);
    if (digest !== undefined && toBase64url(digest) === d) continue;
    // The recovery that names the entry is a separate finding.
    if (digest === undefined && held.lost.has(entry.id)) continue;
    const detail = `part ${c} of entry ${seq} is ${digest === undefined ? "missing" : "not the part that the entry binds"}`;
    walk.add({ class: "part", detail, ...around(seq) });
  }
  const bound = new Set(entry.sealed.map(({ c }) => c));
  for (const c of held.stored?.keys() ?? []) {
    if (bound.has(c)) continue;
    walk.add({ class: "part", detail: `entry ${seq} does not bind part ${c}`, ...around(seq) });
  }
}

/** Checks chain and tiles, which are computed from the leaves. A proof from a changed tile would be invalid. */
function checkDerived(walk: Walk, row: StoredLeaf, leaf: Uint8Array, tile: StoredTile | undefined): void {
  const { seq } = row;
  const chain = walk.chain.length === 0 ? row.chain : chainNext(walk.chain, leaf);
  if (!equalConstantTime(chain, row.chain))
    walk.add({
      class: "reorder",
      detail: `the chain value of entry ${seq} does not follow from the entry before it`,
      ...around(seq),
    });
  // Continue from the stored value, so that each break is reported once and not for every later entry.
  walk.chain = row.chain.length === HASH_BYTES ? row.chain : chain;
  const at = (seq % TILE_WIDTH) * HASH_BYTES;
  const held = tile?.hashes.subarray(at, at + HASH_BYTES);
  if (held !== undefined && equalConstantTime(held, leaf)) return;
  walk.add({
    class: "content mismatch",
    detail: `the tile of entry ${seq} holds another leaf`,
    ...around(seq),
  });
}

function checkCheckpoint(walk: Walk, checkpoint: StoredCheckpoint, sources: LeafSources): void {
  const { size } = checkpoint;
  const stated = signedRoot(checkpoint, sources);
  if (stated === undefined) {
    walk.add({ class: "keys", detail: `the checkpoint of ${size} leaves is not signed by the log's key` });
    return;
  }
  walk.checkpoints += 1;
  if (walk.failed !== undefined) return;
  const isOurs =
    equalConstantTime(stated, walk.frontier.root()) && equalConstantTime(stated, checkpoint.root);
  if (isOurs) {
    walk.proven = size;
    return;
  }
  walk.failed = size;
  const detail = `entries ${walk.proven} to ${size - 1} do not give the root that was signed`;
  walk.add({ class: "fork", detail, ...somewhere(walk.proven, size - 1) });
}

function signedRoot(checkpoint: StoredCheckpoint, sources: LeafSources): Uint8Array | undefined {
  try {
    const { text, verified } = openNote(checkpoint.note, [sources.logVkey]);
    const { origin, size, root } = parseCheckpointText(text);
    return verified.length > 0 && origin === sources.log && size === checkpoint.size ? root : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
