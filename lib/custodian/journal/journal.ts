import "server-only";
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { concat, fromUtf8, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson, parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { OperatorError } from "@/lib/errors";
import { syncFolder, writeAll } from "@/lib/keystore/files/atomic-file";

export const JOURNAL_FILE = "journal";
export const REGISTRATIONS_FILE = "registrations";
/** Made from the registrations. */
export const INDEX_FOLDER = "registrations.index";
const HASH_LENGTH = 43;
const CHUNK_BYTES = 1024 * 1024;

/** A place between two lines of a journal: what comes before it, and the hash that the next line covers. */
export interface Mark {
  readonly offset: number;
  readonly line: number;
  readonly head: Uint8Array;
}
const START: Mark = { offset: 0, line: 0, head: new Uint8Array(32) };

/** The journal is damaged or cannot be written. The message is one line for the operator. */
export class JournalError extends OperatorError {
  override readonly name = "JournalError";
}

interface Line {
  readonly hash: Uint8Array;
  readonly record: unknown;
}

function lineHash(previous: Uint8Array, json: string): Uint8Array {
  return sha256(concat(previous, utf8(json)));
}

function parseLine(previous: Uint8Array, bytes: Buffer): Line | undefined {
  try {
    const line = fromUtf8(bytes);
    const json = line.slice(HASH_LENGTH + 1);
    const hash = lineHash(previous, json);
    if (line.slice(0, HASH_LENGTH + 1) !== `${toBase64url(hash)} `) return undefined;
    return { hash, record: parseStrictJson(json) };
  } catch {
    return undefined;
  }
}

/** Yields the complete lines of a file from an offset on, without their newlines. Reads a part of the file at a time. */
function* readLines(descriptor: number, offset: number): Generator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = offset; ; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, at);
    if (length === 0) return;
    at += length;
    rest = Buffer.concat([rest, chunk.subarray(0, length)]);
    let from = 0;
    for (let to = rest.indexOf(0x0a); to >= 0; to = rest.indexOf(0x0a, from)) {
      yield rest.subarray(from, to);
      from = to + 1;
    }
    rest = rest.subarray(from);
  }
}

/**
 * A record of acts: one line for each, `<hash> <JCS>`. Each hash covers the previous one. A line is on the disk before
 * the act that it allows. On start an incomplete last line is removed, because it was never acknowledged. Any other fault
 * stops the start: a custodian that forgot nonces, views or revocations would allow what it had refused.
 */
export class Journal {
  private constructor(
    private readonly descriptor: number,
    private readonly file: string,
    private present: Mark,
  ) {}

  /** Opens a journal in a folder. Read it to its end with `replay` before the first `append`. */
  static open(dir: string, name = JOURNAL_FILE, from = START): Journal {
    const file = path.join(dir, name);
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const descriptor = openSync(file, "a+", 0o600);
      syncFolder(dir);
      return new Journal(descriptor, file, from);
    } catch {
      throw new JournalError(`the custodian's journal ${file} cannot be opened: is the folder writable?`);
    }
  }

  /** The place after the last line that was read or written. */
  get mark(): Mark {
    return this.present;
  }

  /** Yields the records after the mark, oldest first, and cuts off an incomplete last line. Throws JournalError if one is damaged. */
  *replay(): Generator<unknown> {
    for (const bytes of readLines(this.descriptor, this.present.offset)) {
      const line = parseLine(this.present.head, bytes);
      if (line === undefined) {
        const damaged = `the custodian's journal ${this.file} is damaged at line ${this.present.line + 1}`;
        throw new JournalError(`${damaged}: restore it from a backup`);
      }
      this.advance(bytes.length + 1, line.hash);
      yield line.record;
    }
    if (fstatSync(this.descriptor).size <= this.present.offset) return;
    ftruncateSync(this.descriptor, this.present.offset);
    fdatasyncSync(this.descriptor);
  }

  private advance(bytes: number, head: Uint8Array): void {
    const { offset, line } = this.present;
    this.present = { offset: offset + bytes, line: line + 1, head };
  }

  /** Writes one record and returns when it is on the disk. A failed write leaves the journal unchanged. */
  append(record: unknown): void {
    const json = canonicalJson(record);
    const hash = lineHash(this.present.head, json);
    const bytes = Buffer.from(`${toBase64url(hash)} ${json}\n`, "utf8");
    try {
      writeAll(this.descriptor, bytes);
      fdatasyncSync(this.descriptor);
    } catch {
      ftruncateSync(this.descriptor, this.present.offset);
      throw new JournalError(`the custodian's journal ${this.file} cannot be written`);
    }
    this.advance(bytes.length, hash);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
