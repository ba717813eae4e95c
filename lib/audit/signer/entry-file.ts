import "server-only";
import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { Frontier } from "@/lib/crypto/log/merkle";
import { entryLeaf } from "../entry/entry";
import { replaceDurably, syncFolder } from "./durable-file";
import { LENGTH_BYTES, readFrames, readState, SignerStoreDamaged, type StoredState } from "./signed-copy";
import { SignedHistory } from "./signed-history";

/** What the signer last signed. */
export interface SignerState {
  readonly size: number;
  readonly fileBytes: number;
  readonly signedAtMicros: bigint;
  readonly frontier: readonly Uint8Array[];
}

/** The signer's own copy of the log: an append-only file of length-prefixed entry bytes, and a state file. */
export interface EntryFile {
  readonly state: SignerState;
  /** Facts about the beginning of the signed part. */
  readonly past: SignedHistory;
  /**
   * Writes entries after `fileBytes` without making them part of the state. Returns the new length. Throws
   * SignerStoreDamaged, as `commit` does, if another process has signed with this store since it was opened.
   */
  write(fileBytes: number, entries: readonly Uint8Array[]): Promise<number>;
  /** Makes entries and then the state durable. */
  commit(frontier: Frontier, fileBytes: number, signedAtMicros: bigint): Promise<void>;
  close(): Promise<void>;
}

/** Hashes the covered part of the file again, so that a damaged copy is detected before the next signature. */
async function replay(handle: FileHandle, covered: number): Promise<Frontier> {
  const frontier = Frontier.empty();
  for await (const entries of readFrames(handle, covered))
    for (const entry of entries) frontier.append(entryLeaf(entry));
  return frontier;
}

/** Opens the store in `dir`, removes an incomplete tail, and checks the whole copy against the state. */
export async function openEntryFile(dir: string, log: string): Promise<EntryFile> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const stored = await readState(dir, log);
  if (stored === undefined) await putAside(path.join(dir, "entries.log"));
  const handle = await open(path.join(dir, "entries.log"), stored === undefined ? "w+" : "r+", 0o600);
  try {
    const covered = stored?.file_bytes ?? 0;
    const frontier = await replay(handle, covered);
    await handle.truncate(covered);
    await handle.sync();
    await syncFolder(dir);
    if (stored !== undefined && !isSameTree(stored, frontier)) {
      throw new SignerStoreDamaged("the entry file does not give the root that was signed");
    }
    return entryFile(
      handle,
      { dir, log, stored },
      {
        size: frontier.size,
        fileBytes: covered,
        signedAtMicros: BigInt(stored?.signed_at ?? "0"),
        frontier: frontier.hashes,
      },
    );
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Without a state file it is unknown what the entries cover. This may be the only copy, so it is not overwritten. */
async function putAside(file: string): Promise<void> {
  const held = await stat(file).catch(() => undefined);
  if (held !== undefined && held.size > 0) await rename(file, `${file}.aside-${held.mtime.getTime()}`);
}

function isSameTree(stored: StoredState, frontier: Frontier): boolean {
  return stored.size === frontier.size && equalConstantTime(fromBase64url(stored.root), frontier.root());
}

interface Place {
  readonly dir: string;
  readonly log: string;
  /** The state file as it was read. */
  readonly stored: StoredState | undefined;
}

function entryFile(handle: FileHandle, { dir, log, stored }: Place, opened: SignerState): EntryFile {
  const stateFile = path.join(dir, "state.json");
  let state = opened;
  let held = stored;
  // An old process that still runs after its successor started would overwrite what the successor signed.
  const requireOwn = async (): Promise<void> => {
    if (!isDeepStrictEqual(await readState(dir, log), held))
      throw new SignerStoreDamaged("another process has signed with this store");
  };
  return {
    get state() {
      return state;
    },
    past: new SignedHistory((offset) => readFrames(handle, state.fileBytes, offset)),
    write: async (fileBytes, entries) => {
      await requireOwn();
      const framed = Buffer.concat(
        entries.flatMap((entry) => {
          const length = Buffer.alloc(LENGTH_BYTES);
          length.writeUInt32BE(entry.length);
          return [length, entry];
        }),
      );
      await writeAll(handle, framed, fileBytes);
      return fileBytes + framed.length;
    },
    commit: async (frontier, fileBytes, signedAtMicros) => {
      await requireOwn();
      await handle.truncate(fileBytes);
      await handle.sync();
      const root = toBase64url(frontier.root());
      const next: StoredState = {
        v: 1,
        log,
        size: frontier.size,
        root,
        file_bytes: fileBytes,
        signed_at: `${signedAtMicros}`,
      };
      await replaceDurably(stateFile, `${JSON.stringify(next)}\n`);
      held = next;
      state = { size: frontier.size, fileBytes, signedAtMicros, frontier: frontier.hashes };
    },
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
