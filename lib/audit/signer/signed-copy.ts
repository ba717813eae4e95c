import "server-only";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fromBase64url } from "@/lib/crypto/bytes";
import { OperatorError } from "@/lib/errors";
import { MAX_ENTRY_BYTES } from "../entry/entry";
import { readIfPresent } from "./durable-file";

/** In the file, each entry follows its length in four bytes, big-endian. */
export const LENGTH_BYTES = 4;
const READ_BYTES = 1 << 20;

const StoredState = z.strictObject({
  v: z.literal(1),
  log: z.string(),
  size: z.int().min(0),
  root: z.string(),
  /** Length of the entry file that this state covers. Bytes after it are an incomplete tail. */
  file_bytes: z.int().min(0),
  /** Microseconds of the last signature, decimal. */
  signed_at: z.string().regex(/^\d+$/),
});
export type StoredState = z.infer<typeof StoredState>;

/** The signer's store does not match its state. The signer must not sign until a person has examined it. */
export class SignerStoreDamaged extends OperatorError {
  override readonly name = "SignerStoreDamaged";
}

/** Returns the state file of the store in `dir`; undefined if nothing was signed yet. */
export async function readState(dir: string, log: string): Promise<StoredState | undefined> {
  const text = await readIfPresent(path.join(dir, "state.json"));
  if (text === undefined) return undefined;
  let state: StoredState;
  try {
    state = StoredState.parse(JSON.parse(text));
  } catch {
    throw new SignerStoreDamaged("the state file cannot be read");
  }
  if (state.log !== log) throw new SignerStoreDamaged("the store belongs to another log");
  return state;
}

/**
 * Yields the entries of the first `covered` bytes of an entry file in order, in batches as they were read. `from` is the
 * offset at which an entry begins.
 */
export async function* readFrames(
  handle: FileHandle,
  covered: number,
  from = 0,
): AsyncGenerator<Uint8Array[]> {
  let pending: Buffer = Buffer.alloc(0);
  let offset = from;
  while (offset < covered) {
    const chunk = Buffer.alloc(Math.min(READ_BYTES, covered - offset));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
    if (bytesRead === 0) throw new SignerStoreDamaged("the entry file is shorter than the state records");
    offset += bytesRead;
    const { entries, rest } = splitFrames(Buffer.concat([pending, chunk.subarray(0, bytesRead)]));
    pending = rest;
    yield entries;
  }
  if (pending.length > 0) throw new SignerStoreDamaged("the entry file ends inside an entry");
}

function splitFrames(bytes: Buffer): { readonly entries: Uint8Array[]; readonly rest: Buffer } {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (bytes.length - at >= LENGTH_BYTES) {
    const length = bytes.readUInt32BE(at);
    if (length > MAX_ENTRY_BYTES)
      throw new SignerStoreDamaged("the entry file has bytes that are not an entry");
    if (bytes.length - at - LENGTH_BYTES < length) break;
    entries.push(bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
    at += LENGTH_BYTES + length;
  }
  return { entries, rest: bytes.subarray(at) };
}

/** The signer's entries and state, read while a signer may run: no file is opened for writing. */
export interface SignedCopy {
  readonly size: number;
  readonly root: Uint8Array;
  /** All entries from 0 on, in order. */
  entries(): AsyncGenerator<Uint8Array[]>;
}

/** Returns the signer's copy in `dir`; undefined if it has signed nothing. The reader must check the root. */
export async function openSignedCopy(dir: string, log: string): Promise<SignedCopy | undefined> {
  const state = await readState(dir, log);
  if (state === undefined) return undefined;
  async function* entries(): AsyncGenerator<Uint8Array[]> {
    const handle = await open(path.join(dir, "entries.log"), "r");
    try {
      yield* readFrames(handle, state?.file_bytes ?? 0);
    } finally {
      await handle.close();
    }
  }
  return { size: state.size, root: fromBase64url(state.root), entries };
}
