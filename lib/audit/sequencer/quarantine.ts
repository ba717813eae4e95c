import "server-only";
import type { Logger } from "@/lib/telemetry/logger";
import { type Entry, MAX_ENTRY_BYTES, parseEntry } from "../entry/entry";
import type { Queued } from "./store";

/**
 * Why a waiting row gets no leaf: no entry stands behind it, its bytes are no entry of format v1, it names another row
 * or another log, it has its leaf already, or it tells of a pruning or recovery that none of the functions for these did.
 */
export type QuarantineReason = "absent" | "format" | "id" | "log" | "placed" | "unvouched";

/** Waiting rows that are no entries of their log: they stay queued, get no leaf and hold nothing up. */
export interface Quarantine {
  readonly ids: ReadonlySet<string>;
  add(id: string, reason: QuarantineReason): void;
}

/** Keeps them for one worker's life; each raises one alarm. A restarted worker finds and judges them again. */
export function createQuarantine(logger?: Logger): Quarantine {
  const ids = new Set<string>();
  return {
    ids,
    add(id, reason) {
      if (ids.has(id)) return;
      ids.add(id);
      logger?.error({ alarm: "entry.malformed", entry: id, reason }, "a waiting row is no entry of this log");
    },
  };
}

/** What keeps a waiting row from being an entry of format v1 that names this row and this log; undefined for nothing. */
export function faultOf(log: string, row: Queued): QuarantineReason | undefined {
  if (row.log === null) return "absent";
  if (row.is_placed) return "placed";
  if (row.log !== log) return "log";
  // Longer bytes are not even read.
  if (row.bytes === null || row.bytes.length > MAX_ENTRY_BYTES) return "format";
  let entry: Entry;
  try {
    entry = parseEntry(row.bytes);
  } catch {
    return "format";
  }
  if (entry.id !== row.entry_id) return "id";
  if (entry.log !== log) return "log";
  // Verifiers go by these for what is gone; only the owner's functions write the rows beside them.
  const isVouched =
    (entry.pub?.prune === undefined || row.is_prune) &&
    (entry.pub?.recovery === undefined || row.is_recovery);
  return isVouched ? undefined : "unvouched";
}
