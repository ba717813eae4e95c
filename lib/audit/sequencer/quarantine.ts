import "server-only";
import type { Logger } from "@/lib/telemetry/logger";
import { type Entry, MAX_ENTRY_BYTES, parseEntry } from "../entry/entry";
import type { Queued } from "./store";

/**
 * Why a waiting row gets no leaf. It has no entry. Its bytes are not an entry of format v1. It names another row or
 * another log. It already has a leaf. Or it records a pruning or recovery that no function of the database made.
 */
export type QuarantineReason = "absent" | "format" | "id" | "log" | "placed" | "unvouched";

/** Waiting rows that are not entries of their log. They stay queued, get no leaf and block nothing. */
export interface Quarantine {
  readonly ids: ReadonlySet<string>;
  add(id: string, reason: QuarantineReason): void;
}

/** Keeps them for the lifetime of one worker. Each raises one alarm. A restarted worker finds and judges them again. */
export function createQuarantine(logger?: Logger): Quarantine {
  const ids = new Set<string>();
  return {
    ids,
    add(id, reason) {
      if (ids.has(id)) return;
      ids.add(id);
      logger?.error(
        { alarm: "entry.malformed", entry: id, reason },
        "a waiting row is not an entry of this log",
      );
    },
  };
}

/** Returns why a waiting row is not an entry of format v1 for this row and this log; undefined if it is one. */
export function faultOf(log: string, row: Queued): QuarantineReason | undefined {
  if (row.log === null) return "absent";
  if (row.is_placed) return "placed";
  if (row.log !== log) return "log";
  // The query does not return longer bytes.
  if (row.bytes === null || row.bytes.length > MAX_ENTRY_BYTES) return "format";
  let entry: Entry;
  try {
    entry = parseEntry(row.bytes);
  } catch {
    return "format";
  }
  if (entry.id !== row.entry_id) return "id";
  if (entry.log !== log) return "log";
  // Verifiers use these entries to explain missing data. Only the owner's functions write the rows that belong to
  // them.
  const isVouched =
    (entry.pub?.prune === undefined || row.is_prune) &&
    (entry.pub?.recovery === undefined || row.is_recovery);
  return isVouched ? undefined : "unvouched";
}
