import "server-only";
import type { Logger } from "@/lib/telemetry/logger";
import { parseEntry } from "../entry";
import type { Queued } from "./store";

/** Waiting rows that are no entries of their log: they stay queued, get no leaf and hold nothing up. */
export interface Malformed {
  readonly ids: ReadonlySet<string>;
  add(id: string): void;
}

/** Keeps them for one worker's life; each raises one alarm. A restarted worker finds and tells them again. */
export function createMalformed(logger?: Logger): Malformed {
  const ids = new Set<string>();
  return {
    ids,
    add(id) {
      if (ids.has(id)) return;
      ids.add(id);
      logger?.error({ alarm: "entry.malformed", entry: id }, "a waiting row is no entry of this log");
    },
  };
}

/** Whether the stored bytes are an entry of format v1 that names this row and this log. */
export function isEntryOf(log: string, { entry_id, bytes }: Queued): boolean {
  try {
    const entry = parseEntry(bytes);
    return entry.id === entry_id && entry.log === log;
  } catch {
    return false;
  }
}
