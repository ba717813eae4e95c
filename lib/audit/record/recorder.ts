import "server-only";
import type { Pool } from "pg";
import type { InstanceFacts } from "@/lib/context/context";
import type { AuditRecorder, EntryRows } from "@/lib/context/recorder";
import { DomainError } from "@/lib/errors";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import type { Logger } from "@/lib/telemetry/logger";
import { createCompartments } from "./compartments";
import { insertEntries } from "./store";

/** Most entries written by one statement; more wait for the next flush. */
const MAX_FLUSH = 500;

export interface AuditRecorderOptions {
  /** Connections of the app role; a small pool of its own keeps refusals writable when the others are busy. */
  readonly pool: Pool;
  readonly keystore: Keystore;
  readonly instance: Pick<InstanceFacts, "log">;
  readonly receiptKey: KeyRef;
  readonly nowMs?: () => number;
  /** Where it is told that a compartment does not open (compartments.ts). */
  readonly logger?: Logger;
}

interface Waiting {
  readonly rows: EntryRows;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Group append: while one flush is under way, newcomers gather, and the next statement writes them all. Under
 * load the cost of a commit is shared; alone an entry waits for nothing.
 */
class GroupAppend {
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | undefined;

  constructor(private readonly pool: Pool) {}

  append(rows: EntryRows): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ rows, resolve, reject });
      this.flushing ??= this.run();
    });
  }

  async drain(): Promise<void> {
    await this.flushing;
  }

  private async run(): Promise<void> {
    // One turn of the event loop lets callers of the same moment share the first flush too.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.flush(this.waiting.splice(0, MAX_FLUSH));
    this.flushing = undefined;
  }

  private async flush(batch: readonly Waiting[]): Promise<void> {
    try {
      await insertEntries(
        this.pool,
        batch.map((waiting) => waiting.rows),
      );
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      await this.failOrSplit(batch, error);
    }
  }

  /** One entry the database refuses must not take its neighbours with it; an unreachable database fails all. */
  private async failOrSplit(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1 || error instanceof DomainError) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    for (const waiting of batch) await this.flush([waiting]);
  }
}

const MAX_REMEMBERED = 10_000;

/** Remembers when a key was last seen; the oldest are forgotten first, which at worst logs a read twice. */
function createQuietPeriods(nowMs: () => number): (key: string, windowMs: number) => boolean {
  const seen = new Map<string, number>();
  return (key, windowMs) => {
    const last = seen.get(key);
    if (last !== undefined && nowMs() - last < windowMs) return false;
    seen.delete(key);
    seen.set(key, nowMs());
    const oldest = seen.size > MAX_REMEMBERED ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
    return true;
  };
}

export function createAuditRecorder(options: AuditRecorderOptions): AuditRecorder {
  const group = new GroupAppend(options.pool);
  const { keystore, receiptKey } = options;
  return {
    compartments: createCompartments(options.pool, keystore, options.nowMs ?? Date.now, options.logger),
    receiptSigner: { name: `${options.instance.log}/receipt`, publicKey: receiptKey.publicKey },
    append: (rows) => group.append(rows),
    sign: (message) => keystore.sign(receiptKey, message),
    isFirstWithin: createQuietPeriods(options.nowMs ?? Date.now),
    drain: () => group.drain(),
  };
}
