import "server-only";

// sequencer/ gives waiting entries their place in the tree and publishes checkpoints. sequencer.ts integrates batches,
// quarantine.ts judges rows that are not entries, checkpointer.ts publishes with signer and witnesses, and
// stamp-newest.ts requests time stamps. Always true: numbers have no gap, any number of workers may run, and a
// published checkpoint never changes or loses a line.

import type { Pool, PoolClient } from "pg";
import { Frontier } from "@/lib/crypto/log/merkle";
import { CHAIN_START, chainNext, entryLeaf } from "../entry/entry";
import { edgeTiles, growTiles } from "../entry/tiles";
import { createQuarantine, faultOf, type Quarantine, type QuarantineReason } from "./quarantine";
import {
  deleteQueued,
  ensureHead,
  type Head,
  inSequencerTransaction,
  insertLeaves,
  insertQuarantined,
  type LogPlace,
  lockHead,
  moveHead,
  type NewLeaf,
  type Queued,
  readTiles,
  takeQueued,
  takeStrays,
  writeTiles,
} from "./store";

/** Most entries integrated in one transaction. */
export const SEQUENCER_BATCH = 5_000;

/** The result of one round. */
export interface Integrated {
  readonly added: number;
  readonly size: number;
  /** Whether the batch was full, of entries or of checked queue rows, so that more may wait. */
  readonly more: boolean;
}

/** Creates the log's head row when the log is new. */
export function prepareLog(pool: Pool, place: LogPlace): Promise<void> {
  return ensureHead(pool, place, CHAIN_START);
}

/**
 * Integrates waiting entries in one transaction. Gapless sequence numbers from 0, leaves, chain, tiles and head
 * change together or not at all, and the queue rows are removed with them. Any number of workers may call it at once:
 * the lock on the head row elects one of them for this batch, and READ COMMITTED lets the next one see what the last
 * one took. Leaf hashes come from the stored bytes only. A row that is not an entry of this log gets no leaf, because
 * the signer would refuse every tree that has it. It stays queued, and a quarantine row records the reason.
 */
export async function integrateBatch(
  pool: Pool,
  place: LogPlace,
  limit: number = SEQUENCER_BATCH,
  malformed: Quarantine = createQuarantine(),
): Promise<Integrated> {
  const { aside, ...integrated } = await inSequencerTransaction(pool, async (client) => {
    const head = await lockHead(client, place.log);
    const { queued, more } = await takeQueued(client, place.log, limit, malformed.ids);
    const { entries, aside } = judge(place.log, queued);
    await insertQuarantined(client, place, aside);
    if (entries.length === 0) return { added: 0, size: head.size, more, aside };
    const size = await extendTree(client, place, head, entries);
    await deleteQueued(
      client,
      entries.map((entry) => entry.entry_id),
    );
    return { added: entries.length, size, more, aside };
  });
  // Skip only rows whose quarantine is recorded.
  for (const { entryId, reason } of aside) malformed.add(entryId, reason);
  return integrated;
}

/** Finds waiting rows that no batch takes and quarantines them too. Returns how many there were. */
export async function findStrays(pool: Pool, place: LogPlace, malformed: Quarantine): Promise<number> {
  const strays = await inSequencerTransaction(pool, async (client) => {
    const { aside } = judge(place.log, await takeStrays(client, SEQUENCER_BATCH, malformed.ids));
    await insertQuarantined(client, place, aside);
    return aside;
  });
  for (const { entryId, reason } of strays) malformed.add(entryId, reason);
  return strays.length;
}

interface Judged {
  readonly entries: readonly NewEntry[];
  readonly aside: readonly { readonly entryId: string; readonly reason: QuarantineReason }[];
}

function judge(log: string, queued: readonly Queued[]): Judged {
  const entries: NewEntry[] = [];
  const aside: { readonly entryId: string; readonly reason: QuarantineReason }[] = [];
  for (const row of queued) {
    const reason = faultOf(log, row);
    if (reason !== undefined) aside.push({ entryId: row.entry_id, reason });
    else if (row.bytes !== null) entries.push({ entry_id: row.entry_id, bytes: row.bytes });
  }
  return { entries, aside };
}

/** An entry about to get its leaf. */
export interface NewEntry {
  readonly entry_id: string;
  readonly bytes: Uint8Array;
}

/** Appends entries to a tree: leaves, chain, tiles and head, in the caller's transaction with the head locked. */
export async function extendTree(
  client: PoolClient,
  place: LogPlace,
  head: Head,
  queued: readonly NewEntry[],
): Promise<number> {
  const frontier = Frontier.from(head.size, head.frontier);
  let chain = head.chain;
  const leaves: NewLeaf[] = queued.map((entry, at) => {
    const leafHash = entryLeaf(entry.bytes);
    chain = chainNext(chain, leafHash);
    frontier.append(leafHash);
    return { seq: head.size + at, entryId: entry.entry_id, leafHash, chain };
  });
  const edge = await readTiles(client, place.log, edgeTiles(head.size));
  const tiles = growTiles(
    edge,
    head.size,
    leaves.map((leaf) => leaf.leafHash),
  );
  await insertLeaves(client, place, leaves);
  await writeTiles(client, place, tiles);
  await moveHead(client, place.log, {
    size: frontier.size,
    root: frontier.root(),
    chain,
    frontier: [...frontier.hashes],
  });
  return frontier.size;
}
