import { hearSessionEnd } from "@/components/client/session-channel";

/**
 * What a window keeps of forms that are being filled in, so that a lost connection, a reload or a session that ended
 * by itself loses no word. Every record is one person's: another person in this window never finds it, and signing
 * out leaves none. It holds nothing that was ever sealed.
 */
export type KeptKind = "request" | "review";

/** The part of the browser's Storage that is used. */
export interface KeptStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEPT = /^sealport\.(?:request|review|sent)[.|]/;

/** The record of a person's form; handles hold no bar. */
export function keptKey(kind: KeptKind, person: string, form: string): string {
  return `sealport.${kind}|${person}|${form}`;
}

function keysOf(storage: KeptStorage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
}

/** Removes all kept records except those of this person. Marks of sent forms have no name and stay with them. */
export function forgetAllBut(person: string | undefined, storage: KeptStorage): void {
  for (const key of keysOf(storage)) {
    const [kind, owner] = key.split("|");
    const isTheirs = person !== undefined && (owner === person || kind === "sealport.sent");
    if (KEPT.test(key) && !isTheirs) storage.removeItem(key);
  }
}

/** True from the sign-out to the next sign-in: forms that are still on the screen must not keep anything. */
let isOver = false;

/** The browser may forbid storage; then nothing was kept. */
function tryStorage(act: (storage: Storage) => void): void {
  try {
    act(globalThis.sessionStorage);
  } catch {
    // Nothing was ever kept.
  }
}

/** Removes all that this window keeps, after a sign-out. */
export function endKeeping(): void {
  isOver = true;
  tryStorage((storage) => forgetAllBut(undefined, storage));
}

/** Whether this window listens for sign-outs in other tabs. It does so until the document is closed, also without the shell. */
let isHearing = false;

/** Starts keeping for the signed-in person: their own records stay, those of others are removed. */
export function beginKeeping(person: string): void {
  isOver = false;
  if (!isHearing) hearSessionEnd(endKeeping);
  isHearing = true;
  tryStorage((storage) => forgetAllBut(person, storage));
}

/** Keeps a record. Throws where the browser does: storage that is full or forbidden. */
export function keep(key: string, value: string): void {
  if (!isOver) globalThis.sessionStorage.setItem(key, value);
}
