import { type RecordStorage, recordKey, removeRecord } from "../autosave/draft-record";

/** What the window that submitted keeps of it: the receipt is given once. */
export interface SentMark {
  readonly leafHash: string;
}

const keyOf = (id: string): string => `sealport.sent|${id}`;

/** Remembers that this window has submitted a request, so that going back never shows its form again. */
export function markSent(
  storage: RecordStorage,
  person: string,
  id: string,
  leafHash: string | undefined,
): void {
  try {
    storage.setItem(keyOf(id), JSON.stringify({ leafHash: leafHash ?? "" }));
  } catch {
    // Without storage the server answers the same: it is no draft any more.
  }
  removeRecord(storage, recordKey(person, id));
}

export function readSent(storage: RecordStorage, id: string): SentMark | undefined {
  try {
    const kept: unknown = JSON.parse(storage.getItem(keyOf(id)) ?? "null");
    if (typeof kept !== "object" || kept === null || !("leafHash" in kept)) return undefined;
    return { leafHash: typeof kept.leafHash === "string" ? kept.leafHash : "" };
  } catch {
    return undefined;
  }
}
