import { WATCHED_KINDS, type WatchedKind } from "@/lib/word-lists";

/** Keys of cached answers in the browser, and which of them a change makes old. Pure: no schema, no library. */
export type Key = readonly string[];

export const queryKeys = {
  home: (): Key => ["home"],
  list: (kind: WatchedKind): Key => [kind, "list"],
  one: (kind: WatchedKind, id: string): Key => [kind, "one", id],
  /** Everything of a kind. */
  all: (kind: WatchedKind): Key => [kind],
} as const;

/** Cached answers that no longer hold after a change of one thing. */
export function staleAfter(change: { readonly kind: WatchedKind; readonly id: string }): Key[] {
  return [queryKeys.one(change.kind, change.id), queryKeys.list(change.kind), queryKeys.home()];
}

/** Cached answers to read again when changes may have been missed. */
export function staleAfterGap(): Key[] {
  return [...WATCHED_KINDS.map(queryKeys.all), queryKeys.home()];
}
