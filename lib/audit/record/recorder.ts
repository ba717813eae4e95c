import "server-only";

// record/ writes entries. append-entry.ts writes the entry of a change in the change's own transaction. recorder.ts
// and record-event.ts write reads and refusals on a connection of their own. compartments.ts has the keys of sealed
// parts. Always true: a change and its entry commit together, and no data leave before the read of them is recorded.

import type { Pool } from "pg";
import type { InstanceFacts } from "@/lib/context/context";
import type { AuditRecorder, EntryRows } from "@/lib/context/recorder";
import { DomainError } from "@/lib/errors";
import type { KeyRef, Keystore } from "@/lib/keystore/keystore";
import type { Logger } from "@/lib/telemetry/logger";
import { createCompartments } from "./compartments";
import { createQuietPeriods } from "./quiet-periods";
import { insertEntries } from "./store";

/** Most entries written by one statement. The others wait for the next flush. */
const MAX_FLUSH = 500;

export interface AuditRecorderOptions {
  /**
   * Connections of the app role. This separate small pool keeps refusals writable when the other connections are
   * busy.
   */
  readonly pool: Pool;
  readonly keystore: Keystore;
  readonly instance: Pick<InstanceFacts, "log">;
  readonly receiptKey: KeyRef;
  readonly nowMs?: () => number;
  /** Logger for compartments that do not open (compartments.ts). */
  readonly logger?: Logger;
}

interface Waiting {
  readonly rows: EntryRows;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Appends entries in groups: while one flush runs, new entries gather, and the next statement writes them all. Under
 * load, entries share the cost of a commit. A single entry does not wait.
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
    // Wait one turn of the event loop, so that callers of the same moment share the first flush.
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

  /**
   * Writes entries one by one when the database refuses a group, so that one bad entry does not stop the others. An
   * unreachable database fails all.
   */
  private async failOrSplit(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1 || error instanceof DomainError) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    for (const waiting of batch) await this.flush([waiting]);
  }
}

export function createAuditRecorder(options: AuditRecorderOptions): AuditRecorder {
  const group = new GroupAppend(options.pool);
  const { keystore, receiptKey } = options;
  return {
    compartments: createCompartments(options.pool, keystore, options.nowMs ?? Date.now, options.logger),
    receiptSigner: { name: `${options.instance.log}/receipt`, publicKey: receiptKey.publicKey },
    append: (rows) => group.append(rows),
    sign: (message) => keystore.sign(receiptKey, message),
    onceWithin: createQuietPeriods(options.nowMs ?? Date.now),
    drain: () => group.drain(),
  };
}
