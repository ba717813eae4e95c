import "server-only";
import { mkdirSync } from "node:fs";
import { ClassicLevel } from "classic-level";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { JournalError } from "@/lib/custodian/journal/journal";

/** LevelDB's open files and their size: its own memory stays below some 64 MB, also with 10^9 keys. */
const FILES = { maxOpenFiles: 256, maxFileSize: 16 * 1024 * 1024 };
/** More batches than LevelDB's own log can hold. */
const CHECKED_BATCHES = 64;
const CHECK_LENGTH = 12;
const BATCHES = "batches";

const keyOfBatch = (number: number): string => `batch ${number}`;

/** Returns twelve characters of a digest. */
function checkOf(...parts: readonly string[]): string {
  return toBase64url(sha256(utf8(parts.join("\n")))).slice(0, CHECK_LENGTH);
}

/** The key of a second entry in another place. While it is there, a missing first one is damage. */
const keyOfSecond = (key: string): string => `second ${checkOf(key)}`;

/**
 * Texts by key in a folder of LevelDB. It is made from the journal of registrations, which alone must never be lost. So a
 * damaged index is removed and made again. It never gives a wrong answer: LevelDB leaves out damaged parts of its log and
 * does not check what it reads, so each value has a check, each key a second entry, and each batch a number.
 */
export class RegistrationIndex {
  private batches = 0;

  private constructor(
    private readonly level: ClassicLevel<string, string>,
    private readonly dir: string,
  ) {}

  /** Opens the index or begins one. Throws JournalError if it is damaged, or if another process uses it. */
  static async open(dir: string): Promise<RegistrationIndex> {
    const level = new ClassicLevel<string, string>(dir, FILES);
    const index = new RegistrationIndex(level, dir);
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      await level.open();
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : undefined;
      const isLocked = cause instanceof Error && "code" in cause && cause.code === "LEVEL_LOCKED";
      if (isLocked) throw new JournalError(`another process uses the custodian's index ${dir}`);
      throw index.explain(cause);
    }
    try {
      index.checkBatches();
    } catch (error) {
      await level.close();
      throw error;
    }
    return index;
  }

  private checkBatches(): void {
    this.batches = Number(this.get(BATCHES) ?? 0);
    for (let number = this.batches; number > Math.max(0, this.batches - CHECKED_BATCHES); number--)
      if (this.read(keyOfBatch(number)) === undefined) throw this.damaged();
  }

  private damaged(): JournalError {
    return new JournalError(
      `the custodian's index ${this.dir} is damaged: remove this folder, and the next start makes it again`,
    );
  }

  /** The system's own faults are named, such as a full disk. They are no damage. */
  private explain(cause: unknown): JournalError {
    const text = cause instanceof Error ? cause.message : "";
    if (!/^(?:IO error|E[A-Z]+): /.test(text)) return this.damaged();
    return new JournalError(`the custodian's index ${this.dir} cannot be read or written: ${text}`);
  }

  private read(key: string): string | undefined {
    try {
      return this.level.getSync(key);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Returns the value of a key. Throws JournalError if it is not as it was written. */
  get(key: string): string | undefined {
    const stored = this.read(key);
    if (stored === undefined) {
      if (this.read(keyOfSecond(key)) !== undefined) throw this.damaged();
      return undefined;
    }
    const value = stored.slice(CHECK_LENGTH);
    if (stored.slice(0, CHECK_LENGTH) !== checkOf(key, value)) throw this.damaged();
    return value;
  }

  /** Writes all values or none, and resolves when they are on the disk. One call at a time. */
  async put(values: ReadonlyMap<string, string>): Promise<void> {
    const next = this.batches + 1;
    const all = [...values, [BATCHES, String(next)] as const];
    const entries = all.flatMap(([key, value]) => [
      [key, checkOf(key, value) + value] as const,
      [keyOfSecond(key), ""] as const,
    ]);
    entries.push([keyOfBatch(next), ""]);
    try {
      await this.level.batch(
        entries.map(([key, value]) => ({ type: "put", key, value })),
        { sync: true },
      );
    } catch (error) {
      throw this.explain(error);
    }
    this.batches = next;
  }

  close(): Promise<void> {
    return this.level.close();
  }
}
