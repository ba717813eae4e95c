import "server-only";
import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { concat, fromUtf8, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson, parseStrictJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { OperatorError } from "@/lib/errors";
import { syncFolder, writeAll } from "@/lib/keystore/files/atomic-file";

export const JOURNAL_FILE = "journal";
const START = new Uint8Array(32);
const HASH_LENGTH = 43;

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

function parseLine(previous: Uint8Array, line: string): Line | undefined {
  const json = line.slice(HASH_LENGTH + 1);
  const hash = lineHash(previous, json);
  if (line.slice(0, HASH_LENGTH + 1) !== `${toBase64url(hash)} `) return undefined;
  return { hash, record: parseStrictJson(json) };
}

/** Returns the length of the complete lines. A last line without its newline was never acknowledged. */
function wholeLength(bytes: Buffer): number {
  return bytes.lastIndexOf(0x0a) + 1;
}

/**
 * The custodian's own record: one line for each act, `<hash> <JCS>`. Each hash covers the previous one. A line is on
 * the disk before the act that it allows. On start an incomplete last line is removed. Any other fault stops the start,
 * because a custodian that forgot nonces, views or revocations would allow what it had refused.
 */
export class Journal {
  private constructor(
    private readonly descriptor: number,
    private readonly file: string,
    private length: number,
    private head: Uint8Array,
  ) {}

  /** Opens the journal in a folder and returns its records, oldest first. Throws JournalError if it is damaged. */
  static open(dir: string): { journal: Journal; records: unknown[] } {
    const file = path.join(dir, JOURNAL_FILE);
    let descriptor: number;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      descriptor = openSync(file, "a+", 0o600);
      syncFolder(dir);
    } catch {
      throw new JournalError(`the custodian's journal ${file} cannot be opened: is the folder writable?`);
    }
    const bytes = readFileSync(file);
    const length = wholeLength(bytes);
    if (length < bytes.length) {
      ftruncateSync(descriptor, length);
      fdatasyncSync(descriptor);
    }
    const { records, head } = Journal.replay(file, bytes.subarray(0, length));
    return { journal: new Journal(descriptor, file, length, head), records };
  }

  private static replay(file: string, bytes: Buffer): { records: unknown[]; head: Uint8Array } {
    const records: unknown[] = [];
    let head: Uint8Array = START;
    let number = 0;
    for (let from = 0; from < bytes.length; ) {
      const to = bytes.indexOf(0x0a, from);
      number += 1;
      let line: Line | undefined;
      try {
        line = parseLine(head, fromUtf8(bytes.subarray(from, to)));
      } catch {
        line = undefined;
      }
      if (line === undefined) {
        throw new JournalError(
          `the custodian's journal ${file} is damaged at line ${number}: restore it from a backup`,
        );
      }
      records.push(line.record);
      head = line.hash;
      from = to + 1;
    }
    return { records, head };
  }

  /** Writes one record and returns when it is on the disk. A failed write leaves the journal unchanged. */
  append(record: unknown): void {
    const json = canonicalJson(record);
    const hash = lineHash(this.head, json);
    const bytes = Buffer.from(`${toBase64url(hash)} ${json}\n`, "utf8");
    try {
      writeAll(this.descriptor, bytes);
      fdatasyncSync(this.descriptor);
    } catch {
      ftruncateSync(this.descriptor, this.length);
      throw new JournalError(`the custodian's journal ${this.file} cannot be written`);
    }
    this.length += bytes.length;
    this.head = hash;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
