import "server-only";
import path from "node:path";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { type Checkpoint, parseCheckpointText } from "../entry/checkpoint";
import { readIfPresent, replaceDurably } from "./durable-file";
import type { EntryFile } from "./entry-file";

/** Name of the mark in the key's folder. */
export const MARK_FILE = "log.signed.json";
const Stored = z.strictObject({ v: z.literal(1), log: z.string(), size: z.int().min(1), root: z.string() });

/** The tree that a key signed last, as known outside the signer's store. */
export type SignedTree = Pick<Checkpoint, "size" | "root">;

/**
 * What the key signed last, kept in the key's folder. It separates a lost or old store from a new log's empty store.
 */
export interface SignedMark {
  readonly tree: SignedTree | undefined;
  write(tree: SignedTree): Promise<void>;
}

/** Opens the mark in the key's folder. Refuses an unreadable mark: it may hide that the key has signed. */
export async function openSignedMark(keyDir: string, log: string): Promise<SignedMark> {
  const file = path.join(keyDir, MARK_FILE);
  const text = await readIfPresent(file);
  let tree = text === undefined ? undefined : parse(text, log);
  return {
    get tree() {
      return tree;
    },
    write: async ({ size, root }) => {
      await replaceDurably(file, `${JSON.stringify({ v: 1, log, size, root: toBase64url(root) })}\n`);
      tree = { size, root };
    },
  };
}

/**
 * Brings the mark up to the signer's store: a kill after the store was written leaves the mark behind it. Writes nothing
 * unless the store continues the mark's tree.
 */
export async function bringUpMark(mark: SignedMark, { state, past }: EntryFile): Promise<void> {
  const { tree } = mark;
  if (tree === undefined || tree.size >= state.size) return;
  if (!equalConstantTime(await past.rootAt(tree.size), tree.root)) return;
  await mark.write({ size: state.size, root: Frontier.from(state.size, state.frontier).root() });
}

function parse(text: string, log: string): SignedTree | undefined {
  let stored: z.infer<typeof Stored>;
  try {
    stored = Stored.parse(JSON.parse(text));
  } catch {
    throw new FormatError("format.record", `${MARK_FILE} in the key's folder cannot be read`);
  }
  return stored.log === log ? { size: stored.size, root: fromBase64url(stored.root) } : undefined;
}

const NEWEST = 10;

/** Returns the newest checkpoint in the database that this key signed. */
export async function findSigned(
  database: Pool | PoolClient,
  log: string,
  vkey: string,
): Promise<SignedTree | undefined> {
  const { rows } = await database.query(
    "SELECT note FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT $2",
    [log, NEWEST],
  );
  for (const { note } of z.array(z.object({ note: z.string() })).parse(rows)) {
    const checkpoint = signedBy(note, vkey);
    if (checkpoint?.origin === log) return checkpoint;
  }
  return undefined;
}

function signedBy(note: string, vkey: string): Checkpoint | undefined {
  try {
    const { text, verified } = openNote(note, [vkey]);
    return verified.length === 0 ? undefined : parseCheckpointText(text);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
