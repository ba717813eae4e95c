import "server-only";

// recovery/ continues the log after a loss. recover-log.ts restores signed entries from the signer's copy, compare.ts
// finds where the database differs, replay-erasures.ts destroys erased keys again. start-new-log.ts starts a new log
// when the signer's copy is lost too. Always true: entries of the log name every loss, so a log with losses never
// verifies as complete.

import type { Pool, PoolClient } from "pg";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { OperatorError } from "@/lib/errors";
import type { Keystore } from "@/lib/keystore/keystore";
import { chainNext, type Entry, entryLeaf, parseEntry } from "../entry/entry";
import { edgeTiles, growTiles, TILE_WIDTH, type Tile } from "../entry/tiles";
import {
  deleteQueued,
  inSequencerTransaction,
  insertLeaves,
  type LogPlace,
  moveHead,
  type NewLeaf,
  readTiles,
  writeTiles,
} from "../sequencer/store";
import type { SignedCopy } from "../signer/signed-copy";
import { type Compared, compareWithSigned } from "./compare";
import { replayErasures } from "./replay-erasures";
import {
  dropTilesBeyond,
  findEntries,
  insertRecovery,
  insertReturned,
  lockSize,
  openDoor,
  readAnchored,
  type SignedLog,
  unwindLeaves,
  writePlain,
} from "./store";

/** Lost rows that one entry names; a longer list continues in the next entry. */
const NAMED = 1_000;
const HASH_BYTES = 32;

/** The log cannot be recovered this way. The message is one line for the operator. */
export class RecoveryRefused extends OperatorError {
  override readonly name = "RecoveryRefused";
}

/** The agreement of two people of the roster, checked by the caller. */
export interface Agreed {
  readonly from: number;
  readonly to: number;
  readonly assurance: "signed" | "evaluation";
  readonly statements: unknown;
}

export interface Recovered {
  readonly from: number;
  readonly to: number;
  /** `<table>:<id>` of rows that the restored database does not have. */
  readonly lost: readonly string[];
  /** Entries that were in the restored tree and never signed. They return to the queue. */
  readonly requeued: number;
  readonly erasedAgain: number;
  /** Keys of persons that do not open, so that they could not be compared with the erased ones. */
  readonly unopened: number;
  readonly entries: readonly string[];
}

/**
 * Compares the open log, whose head it locks, with the signer's copy. A database that has the whole of an older copy needs no
 * recovery: the signer copies the rest from it. Throws RecoveryRefused if the log cannot be recovered.
 */
async function compareOpen(client: PoolClient, place: SignedLog, copy: SignedCopy): Promise<Compared> {
  const head = await lockSize(client, place.log);
  if (head === undefined || head.closed) throw new RecoveryRefused("the database has no such open log");
  const compared = await compareWithSigned(client, place, head.size, copy);
  const { from, to } = compared;
  const anchored = from === to ? 0 : await readAnchored(client, place.log);
  if (anchored > to)
    throw new RecoveryRefused(
      `the database differs from the signer's copy of ${to} entries at entry ${from}, and has a checkpoint over ${anchored}. Take a newer copy`,
    );
  return compared;
}

/** What a recovery would do, shown before anyone agrees to it. */
export function planRecovery(owner: Pool, place: SignedLog, copy: SignedCopy): Promise<Compared> {
  return inSequencerTransaction(owner, (client) => compareOpen(client, place, copy));
}

/**
 * Recovers a log after a restore, when the database has fewer entries than were signed (audit.md "Recovery"). It
 * appends entries [from, to) again, byte for byte from the signer's copy, so that the same tree continues. Leaf,
 * chain, tiles, head and index rows are restored too; sealed parts and business rows are not. Then it writes
 * `log.recovery` entries that name the losses, and destroys again the keys whose erasure is in the range. It is one
 * transaction with the head locked. It is safe while portals and sequencers run; their entries wait meanwhile.
 */
export function recoverLog(
  owner: Pool,
  place: SignedLog,
  copy: SignedCopy,
  agreed: Agreed,
  keystore: Keystore,
): Promise<Recovered> {
  return inSequencerTransaction(owner, async (client) => {
    const compared = await compareOpen(client, place, copy);
    const { from, to } = compared;
    if (from === to) throw new RecoveryRefused("the database holds all that was signed");
    if (from !== agreed.from || to !== agreed.to)
      throw new RecoveryRefused(`what was agreed to is [${agreed.from}, ${agreed.to}), not [${from}, ${to})`);
    await openDoor(client, "recovery");
    const requeued = await unwindLeaves(client, place, from);
    const { lost, erased } = await appendAgain(client, place, compared);
    const entries = await writeRecovery(client, place, compared, lost, agreed);
    const replayed = await replayErasures(owner, client, place, keystore, erased);
    return { from, to, lost, requeued, ...replayed, entries };
  });
}

interface Appended {
  readonly lost: string[];
  /** Returns public digests of keys that were destroyed in the range. */
  readonly erased: string[];
}

/** Returns the edge tiles of a tree of this size, cut from wider tiles if the database had grown past it. */
async function edgeAt(client: PoolClient, log: string, size: number): Promise<Tile[]> {
  const edge = await readTiles(client, log, edgeTiles(size));
  return edge.map((tile) => {
    const width = Math.floor(size / TILE_WIDTH ** tile.level) % TILE_WIDTH;
    return { ...tile, width, hashes: tile.hashes.slice(0, width * HASH_BYTES) };
  });
}

async function appendAgain(client: PoolClient, place: LogPlace, compared: Compared): Promise<Appended> {
  const { frontier } = compared;
  let { chain } = compared;
  const appended: Appended = { lost: [], erased: [] };
  let edge = await edgeAt(client, place.log, compared.from);
  await dropTilesBeyond(client, place.log, compared.from);
  await writeTiles(client, place, edge);
  for await (const batch of compared.rest()) {
    const entries = batch.map((bytes) => ({ ...parseEntry(bytes), bytes }));
    await bringBack(client, place, entries, appended);
    const size = frontier.size;
    const leaves: NewLeaf[] = entries.map(({ id, bytes }, at) => {
      const leafHash = entryLeaf(bytes);
      chain = chainNext(chain, leafHash);
      frontier.append(leafHash);
      return { seq: size + at, entryId: id, leafHash, chain };
    });
    await insertLeaves(client, place, leaves);
    await writeTiles(
      client,
      place,
      growTiles(
        edge,
        size,
        leaves.map((leaf) => leaf.leafHash),
      ),
    );
    await deleteQueued(
      client,
      entries.map((entry) => entry.id),
    );
    edge = await edgeAt(client, place.log, frontier.size);
  }
  if (!equalConstantTime(frontier.root(), compared.root))
    throw new RecoveryRefused("the root does not come out");
  const { size, hashes } = frontier;
  await moveHead(client, place.log, { size, root: frontier.root(), chain, frontier: [...hashes] });
  return appended;
}

/**
 * Entries that were still waiting in the restored database are complete. Of the others, only the bytes are restored.
 */
async function bringBack(
  client: PoolClient,
  place: LogPlace,
  entries: readonly (Entry & { readonly bytes: Uint8Array })[],
  { lost, erased }: Appended,
): Promise<void> {
  const known = await findEntries(
    client,
    entries.map((entry) => entry.id),
  );
  for (const { id, bytes, class: kind, outcome, pub } of entries) {
    const stored = known.get(id);
    if (stored === undefined) lost.push(`entry:${id}`);
    else if (!equalConstantTime(stored, bytes))
      throw new RecoveryRefused(`the entry ${id} says something else in the database than was signed`);
    if (kind === "retention" && outcome === "done" && pub?.thumbprint !== undefined)
      erased.push(pub.thumbprint);
  }
  await insertReturned(
    client,
    place,
    entries.filter((entry) => !known.has(entry.id)),
  );
}

async function writeRecovery(
  client: PoolClient,
  place: LogPlace,
  { from, to }: Compared,
  lost: readonly string[],
  agreed: Agreed,
): Promise<string[]> {
  const written: string[] = [];
  for (let at = 0; at === 0 || at < lost.length; at += NAMED) {
    const pub = canonicalJson({ recovery: { from, to, lost: lost.slice(at, at + NAMED) } });
    const entryId = await writePlain(client, { class: "log", action: "log.recovery", pub });
    const { assurance, statements } = agreed;
    await insertRecovery(client, place, { entryId, from, to, assurance, statements });
    written.push(entryId);
  }
  return written;
}
