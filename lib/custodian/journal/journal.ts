import "server-only";
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson, parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import type { Mark } from "@/lib/custodian/journal/records";
import { OperatorError } from "@/lib/errors";
import { syncFolder, writeAll } from "@/lib/keystore/files/atomic-file";

export const JOURNAL_FILE = "journal";
export const REGISTRATIONS_FILE = "registrations";
/** Made from the registrations. */
export const INDEX_FOLDER = "registrations.index";
const HASH_LENGTH = 43;
const CHUNK_BYTES = 1024 * 1024;

const START: Mark = { offset: 0, line: 0, head: toBase64url(new Uint8Array(32)) };

/** The journal is damaged or cannot be written. The message is one line for the operator. */
export class JournalError extends OperatorError {
  override readonly name = "JournalError";
}

interface Line {
  readonly head: string;
  readonly record: unknown;
}

function headAfter(previous: string, json: string): string {
  return toBase64url(sha256(concat(fromBase64url(previous), utf8(json))));
}

function parseLine(previous: string, bytes: Buffer): Line | undefined {
  try {
    const line = fromUtf8(bytes);
    const json = line.slice(HASH_LENGTH + 1);
    const head = headAfter(previous, json);
    if (line.slice(0, HASH_LENGTH + 1) !== `${head} `) return undefined;
    return { head, record: parseStrictJson(json) };
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error), "code");
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
    } catch (error) {
      throw new JournalError(`the custodian's journal ${file} cannot be opened (${codeOf(error)})`);
    }
  }

  /** The place after the last line that was read or written. */
  get mark(): Mark {
    return this.present;
  }

  /** Whether a line comes after this place and covers what the place says. */
  hasLineAfter({ offset, head }: Mark): boolean {
    const [bytes] = readLines(this.descriptor, offset);
    return bytes !== undefined && parseLine(head, bytes) !== undefined;
  }

  /** Yields the records after the mark, oldest first, and cuts off an incomplete last line. Throws JournalError if one is damaged. */
  *replay(): Generator<unknown> {
    // A process may have ended between its write and its sync. What is read is believed, so it is on the disk first.
    this.sync();
    for (const bytes of readLines(this.descriptor, this.present.offset)) {
      const line = parseLine(this.present.head, bytes);
      if (line === undefined) {
        const damaged = `the custodian's journal ${this.file} is damaged at line ${this.present.line + 1}`;
        throw new JournalError(`${damaged}: restore it from a backup`);
      }
      this.advance(bytes.length + 1, line.head);
      yield line.record;
    }
    if (fstatSync(this.descriptor).size <= this.present.offset) return;
    ftruncateSync(this.descriptor, this.present.offset);
    this.sync();
  }

  private sync(): void {
    try {
      fdatasyncSync(this.descriptor);
    } catch (error) {
      throw new JournalError(`the custodian's journal ${this.file} cannot be synced (${codeOf(error)})`);
    }
  }

  private advance(bytes: number, head: string): void {
    const { offset, line } = this.present;
    this.present = { offset: offset + bytes, line: line + 1, head };
  }

  /** Writes one record and returns when it is on the disk. A failed write leaves the journal unchanged. */
  append(record: unknown): void {
    const json = canonicalJson(record);
    const head = headAfter(this.present.head, json);
    const bytes = Buffer.from(`${head} ${json}\n`, "utf8");
    try {
      writeAll(this.descriptor, bytes);
      fdatasyncSync(this.descriptor);
    } catch (error) {
      ftruncateSync(this.descriptor, this.present.offset);
      throw new JournalError(`the custodian's journal ${this.file} cannot be written (${codeOf(error)})`);
    }
    this.advance(bytes.length, head);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
