import "server-only";
import type { Pool } from "pg";
import type { Clock } from "@/lib/clock";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/log/merkle";
import { vkey } from "@/lib/crypto/log/signed-note";
import { RETENTION_FLOOR_DAYS } from "@/lib/env/retention";
import { checkpointText } from "../entry/checkpoint";
import { type Entry, entryLeaf, parseEntry } from "../entry/entry";
import { type NoteSigner, signWholeNote } from "../entry/note-line";
import type { EntryFile } from "./entry-file";
import { isSoundPruning } from "./judge-pruning";
import { findSigned, type SignedMark, type SignedTree } from "./signed-mark";
import { type LogView, type SignerEntry, viewLog } from "./store";

/** `prune`: what is said to be pruned was not to be (isSoundPruning); `store`: the key has signed and its store is lost. */
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

/** The signer will not sign this tree. */
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
  /** Days below which nothing may be pruned, whatever periods the database names; the shipped ones unless said. */
  readonly floorDays?: number;
  /** What the key signed last, kept beside the key; without it only the database can tell that a store is lost. */
  readonly mark?: SignedMark;
}

/** The days that hold for a signer. */
export const floorOf = ({ floorDays = RETENTION_FLOOR_DAYS }: CheckpointSigner): number => floorDays;

/**
 * Takes the log as it stands now, recomputes every new leaf and the root from its own frontier, writes the
 * entries and its state to its own store, and only then signs. It never signs what it does not hold, nor a
 * tree that does not extend the last one it signed, nor one that says that entries were pruned which were not to be,
 * nor after its clock went backwards. With an empty store it signs only where neither the mark beside its key nor the
 * database knows of a checkpoint by this key; an older copy of the store goes on only to the tree of the mark.
 * Calls must not overlap.
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
 * A note over the tree that was signed last, with no look at the database: whoever owns that can keep the signer from
 * reading it, and not from saying how far it has signed. Undefined where it has signed nothing.
 */
export async function signLast({ file, log, signer, mark }: CheckpointSigner): Promise<string | undefined> {
  const { size, frontier } = file.state;
  const stored = size === 0 ? undefined : { size, root: Frontier.from(size, frontier).root() };
  // The store may be ahead of what has left this process; the mark never is.
  const tree = mark?.tree ?? stored;
  if (tree === undefined) return undefined;
  return signWholeNote(signer, checkpointText({ origin: log, ...tree }));
}

/** An empty store signs a log from its beginning: whoever took the store away could have any other log signed. */
async function requireNeverSigned({ mark, pool, log, signer }: CheckpointSigner): Promise<void> {
  const signed = mark?.tree ?? (await findSigned(pool, log, vkey(signer.name, signer.publicKey)));
  if (signed !== undefined) throw new SignerRefusal("store", signed.size);
}

/** Brings the frontier up to the database's head, copying entries on the way. */
async function follow(
  from: CheckpointSigner,
  frontier: Frontier,
  view: LogView | undefined,
): Promise<number> {
  const start = frontier.size;
  const mark = from.mark?.tree;
  const size = view?.size ?? 0;
  // A head that is hidden, or is not there any more, is no empty log.
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
    // What stands under the mark was judged when it was signed.
    const isJudged = seq < (mark?.tree?.size ?? 0);
    if (!isJudged && !(await isSoundPruning(entry, rules))) throw new SignerRefusal("prune", seq);
  }
}

/** Only an older copy of the store passes the mark again. */
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
