import "server-only";
import type { Pool } from "pg";
import type { Clock } from "@/lib/clock";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/merkle";
import { checkpointText } from "../checkpoint";
import { entryLeaf, parseEntry } from "../entry";
import { type NoteSigner, signWholeNote } from "../note-line";
import type { EntryFile } from "./entry-file";
import { type LogView, type SignerEntry, viewLog } from "./store";

export type SignerRefusalReason = "empty" | "shorter" | "fork" | "gap" | "content" | "format" | "clock";

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
}

/**
 * Takes the log as it stands now, recomputes every new leaf and the root from its own frontier, writes the
 * entries and its state to its own store, and only then signs. It never signs what it does not hold, nor a
 * tree that does not extend the last one it signed, nor after its clock went backwards. Calls must not overlap.
 */
export async function signCheckpoint(from: CheckpointSigner): Promise<string> {
  const { state } = from.file;
  const now = from.clock.nowMicros();
  if (now < state.signedAtMicros) throw new SignerRefusal("clock", state.size);
  const frontier = Frontier.from(state.size, state.frontier);
  const fileBytes = await viewLog(from.pool, from.log, (view) => follow(from, frontier, view));
  await from.file.commit(frontier, fileBytes, now);
  const text = checkpointText({ origin: from.log, size: frontier.size, root: frontier.root() });
  return signWholeNote(from.signer, text);
}

/** Brings the frontier up to the database's head, copying entries on the way. */
async function follow(
  from: CheckpointSigner,
  frontier: Frontier,
  view: LogView | undefined,
): Promise<number> {
  const start = frontier.size;
  if (view === undefined || (view.size === 0 && start === 0)) throw new SignerRefusal("empty", 0);
  if (view.size < start) throw new SignerRefusal("shorter", view.size);
  let fileBytes = from.file.state.fileBytes;
  for await (const batch of view.entries(start)) {
    for (const entry of batch) frontier.append(checkedLeaf(entry, frontier.size, from.log));
    fileBytes = await from.file.write(
      fileBytes,
      batch.map((entry) => entry.bytes),
    );
  }
  if (frontier.size !== view.size) throw new SignerRefusal("gap", frontier.size);
  if (!equalConstantTime(frontier.root(), view.root)) throw new SignerRefusal("fork", start);
  return fileBytes;
}

function checkedLeaf(entry: SignerEntry, expected: number, log: string): Uint8Array {
  if (entry.seq !== expected) throw new SignerRefusal("gap", expected);
  const leaf = entryLeaf(entry.bytes);
  if (!equalConstantTime(leaf, entry.leaf_hash)) throw new SignerRefusal("content", entry.seq);
  if (!isEntryOf(entry.bytes, log)) throw new SignerRefusal("format", entry.seq);
  return leaf;
}

function isEntryOf(bytes: Uint8Array, log: string): boolean {
  try {
    return parseEntry(bytes).log === log;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
