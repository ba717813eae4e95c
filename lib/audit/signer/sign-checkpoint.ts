import "server-only";

// signer/ is the process that signs checkpoints, with its own copy of the log. sign-checkpoint.ts recomputes and
// signs, entry-file.ts keeps the copy, judge-pruning.ts checks recorded prunings, signed-mark.ts keeps the last size.
// Always true: each signed tree extends the last one, whatever the database shows.

import type { Pool } from "pg";
import type { Clock } from "@/lib/clock";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/log/merkle";
import { vkey } from "@/lib/crypto/log/signed-note";
import { RETENTION_FLOOR_DAYS } from "@/lib/env/values";
import { checkpointText } from "../entry/checkpoint";
import { type Entry, entryLeaf, parseEntry } from "../entry/entry";
import { type NoteSigner, signWholeNote } from "../entry/note-line";
import type { EntryFile } from "./entry-file";
import { isSoundPruning } from "./judge-pruning";
import { findSigned, type SignedMark, type SignedTree } from "./signed-mark";
import { type LogView, type SignerEntry, viewLog } from "./store";

/**
 * `prune`: an entry records a pruning that was not allowed (isSoundPruning). `store`: the key has signed before and
 * its store is lost.
 */
export type SignerRefusalReason =
  | "empty"
  | "shorter"
  | "fork"
  | "gap"
  | "content"
  | "format"
  | "prune"
  | "store"
  | "clock";

/** The signer refuses to sign this tree. */
export class SignerRefusal extends Error {
  override readonly name = "SignerRefusal";
  constructor(
    readonly reason: SignerRefusalReason,
    readonly seq: number,
  ) {
    super(`refused to sign: ${reason} at ${seq}`);
  }
}

export interface CheckpointSigner {
  readonly pool: Pool;
  readonly file: EntryFile;
  readonly log: string;
  readonly signer: NoteSigner;
  readonly clock: Clock;
  /** Days that every entry is kept, whatever periods the database names; the default days if absent. */
  readonly floorDays?: number;
  /** What the key signed last, kept in the key's folder. Without it only the database can show that a store is lost. */
  readonly mark?: SignedMark;
}

/** The days that apply to a signer. */
export const floorOf = ({ floorDays = RETENTION_FLOOR_DAYS }: CheckpointSigner): number => floorDays;

/**
 * Reads the log as it is now, recomputes every new leaf and the root from its own frontier, writes the entries and
 * its state to its own store, and only then signs. It signs only a tree that its store has, that extends the last one
 * it signed, and whose recorded prunings were allowed. It does not sign after its clock went backwards. With an empty
 * store it signs only if neither the mark in the key's folder nor the database has a checkpoint by this key. An older
 * copy of the store can only continue to the tree of the mark. Calls must not overlap.
 */
export async function signCheckpoint(from: CheckpointSigner): Promise<string> {
  const { state } = from.file;
  const now = from.clock.nowMicros();
  if (now < state.signedAtMicros) throw new SignerRefusal("clock", state.size);
  if (state.size === 0) await requireNeverSigned(from);
  const frontier = Frontier.from(state.size, state.frontier);
  const fileBytes = await viewLog(from.pool, from.log, (view) => follow(from, frontier, view));
  await from.file.commit(frontier, fileBytes, now);
  const signed = { size: frontier.size, root: frontier.root() };
  if (signed.size !== from.mark?.tree?.size) await from.mark?.write(signed);
  const text = checkpointText({ origin: from.log, ...signed });
  return signWholeNote(from.signer, text);
}

/**
 * Returns a note for the tree that was signed last, without reading the database. The database owner can stop the
 * signer from reading the database, but not from reporting how much it has signed. Undefined if it has signed
 * nothing.
 */
export async function signLast({ file, log, signer, mark }: CheckpointSigner): Promise<string | undefined> {
  const { size, frontier } = file.state;
  const stored = size === 0 ? undefined : { size, root: Frontier.from(size, frontier).root() };
  // While a checkpoint is made, the store may be ahead of what was returned; the mark is not.
  const tree = mark?.tree ?? stored;
  if (tree === undefined) return undefined;
  return signWholeNote(signer, checkpointText({ origin: log, ...tree }));
}

/**
 * An empty store signs a log from its beginning. Without this check, a person who removed the store could have any
 * other log signed.
 */
async function requireNeverSigned({ mark, pool, log, signer }: CheckpointSigner): Promise<void> {
  const signed = mark?.tree ?? (await findSigned(pool, log, vkey(signer.name, signer.publicKey)));
  if (signed !== undefined) throw new SignerRefusal("store", signed.size);
}

/** Brings the frontier up to the database's head and copies the entries on the way. */
async function follow(
  from: CheckpointSigner,
  frontier: Frontier,
  view: LogView | undefined,
): Promise<number> {
  const start = frontier.size;
  const mark = from.mark?.tree;
  const size = view?.size ?? 0;
  // A hidden or deleted head does not mean an empty log.
  if (size < Math.max(start, mark?.size ?? 0)) throw new SignerRefusal("shorter", size);
  if (view === undefined || size === 0) throw new SignerRefusal("empty", 0);
  let fileBytes = from.file.state.fileBytes;
  const prunings: Placed[] = [];
  for await (const batch of view.entries(start)) {
    const taken: Uint8Array[] = [];
    for (const row of batch) {
      const { leaf, entry, bytes } = checked(row, frontier.size, from.log);
      taken.push(bytes);
      frontier.append(leaf);
      requireMarked(mark, frontier, start);
      if (entry.pub?.prune !== undefined) prunings.push({ seq: row.seq, entry });
    }
    fileBytes = await from.file.write(fileBytes, taken);
  }
  if (frontier.size !== view.size) throw new SignerRefusal("gap", frontier.size);
  if (!equalConstantTime(frontier.root(), view.root)) throw new SignerRefusal("fork", start);
  await requireSoundPrunings(from, start, prunings);
  return fileBytes;
}

async function requireSoundPrunings(
  from: CheckpointSigner,
  signedSize: number,
  prunings: readonly Placed[],
): Promise<void> {
  const { file, mark, clock } = from;
  const rules = { past: file.past, signedSize, floorDays: floorOf(from), nowMicros: clock.nowMicros() };
  for (const { seq, entry } of prunings) {
    // Entries below the mark were judged when they were signed.
    const isJudged = seq < (mark?.tree?.size ?? 0);
    if (!isJudged && !(await isSoundPruning(entry, rules))) throw new SignerRefusal("prune", seq);
  }
}

/** Only an older copy of the store reaches the mark a second time. */
function requireMarked(mark: SignedTree | undefined, frontier: Frontier, start: number): void {
  if (mark?.size !== frontier.size || equalConstantTime(mark.root, frontier.root())) return;
  throw new SignerRefusal("fork", start);
}

interface Placed {
  readonly seq: number;
  readonly entry: Entry;
}

function checked(
  row: SignerEntry,
  expected: number,
  log: string,
): { readonly leaf: Uint8Array; readonly entry: Entry; readonly bytes: Uint8Array } {
  const { seq, bytes, leaf_hash } = row;
  if (seq !== expected) throw new SignerRefusal("gap", expected);
  if (bytes === null) throw new SignerRefusal("format", seq);
  const leaf = entryLeaf(bytes);
  if (!equalConstantTime(leaf, leaf_hash)) throw new SignerRefusal("content", seq);
  const entry = entryOf(bytes, log);
  if (entry === undefined) throw new SignerRefusal("format", seq);
  return { leaf, entry, bytes };
}

function entryOf(bytes: Uint8Array, log: string): Entry | undefined {
  try {
    const entry = parseEntry(bytes);
    return entry.log === log ? entry : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
