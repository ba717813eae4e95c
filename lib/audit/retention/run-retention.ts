import "server-only";

// retention/ ends data: erasure/ destroys a person's key after two people agreed, and pruning removes old bytes.
// run-retention.ts is the worker's loop, store.ts calls the database functions that enforce periods and holds.
// Always true: no key or byte goes before its date or under a hold (I10), and every proof stays valid (I8).

import type { Pool } from "pg";
import { runLoop } from "@/lib/jobs/run-loop";
import type { Logger } from "@/lib/telemetry/logger";
import { askFloorDays, type SignerPlace } from "../sequencer/not-behind";
import type { LogPlace } from "../sequencer/store";
import { eraseCompartment, listPrepared, pruneLog, readReach } from "./store";

const ERASE_MS = 2_000;
const PRUNE_MS = 60 * 60_000;
/**
 * Entry bundles of the tiles API have 256 entries. Only whole bundles are pruned, so that the rest can be served
 * whole.
 */
const BUNDLE = 256;
/** Most sequence numbers that one transaction covers. */
const MAX_STEP = 20 * BUNDLE;

export interface RetentionOptions extends LogPlace, SignerPlace {
  /** Login of the retention role: it may only call the two functions. */
  readonly pool: Pool;
  /** Login of the app's role, to read what is due. */
  readonly appPool: Pool;
  readonly logger: Logger;
}

/** Destroys the keys of prepared erasures. The database refuses and records those that a date or hold defers. */
export async function erasePrepared(options: Omit<RetentionOptions, keyof SignerPlace>): Promise<number> {
  const ids = await listPrepared(options.appPool, options.tenantId);
  for (const id of ids)
    try {
      const { outcome, reason } = await eraseCompartment(options.pool, id);
      if (outcome === "denied") options.logger.warn({ erasure: id, reason }, "erasure deferred");
    } catch (error) {
      // The portal's login can write a prepared erasure that always fails. It must not delay the others.
      options.logger.error({ alarm: "log.erasure", erasure: id, err: error }, "an erasure failed");
    }
  return ids.length;
}

/**
 * Prunes entries that are past their time, in whole bundles and in steps that lock the head briefly. Returns true
 * when more is due. Entries under hold stay, and the log records how many there are and the first one. It prunes only
 * what the signer will sign as pruned, and it prunes no entry while the signer does not answer.
 */
export async function pruneDue(options: RetentionOptions): Promise<{ more: boolean }> {
  const floorDays = await askFloorDays(options);
  if (floorDays === undefined) return { more: false };
  const { minimum, signed, first_kept: firstKept } = await readReach(options.appPool, options.log, floorDays);
  const reach = Math.floor((firstKept ?? signed) / BUNDLE) * BUNDLE;
  if (reach <= minimum) return { more: false };
  const step = Math.min(reach, minimum + MAX_STEP);
  const { outcome, reason, removed, held, first_held } = await pruneLog(options.pool, step);
  options.logger.info({ minimum: step, outcome, reason, removed, held, first_held }, "the log was pruned");
  return { more: outcome === "done" && step < reach };
}

/** Runs erasures and scheduled pruning until the signal aborts. Several workers may do so at once. */
export async function runRetention(
  options: RetentionOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal, logger } = options;
  const erase = async (): Promise<{ more: boolean }> => {
    await erasePrepared(options);
    return { more: false };
  };
  await Promise.all([
    runLoop({ name: "erasure", periodMs: ERASE_MS, signal, logger }, erase),
    runLoop({ name: "pruning", periodMs: PRUNE_MS, signal, logger }, () => pruneDue(options)),
  ]);
}
