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

/** Removes what is kept, except the records of this person. Marks of what was sent name nobody and stay with him. */
export function forgetAllBut(person: string | undefined, storage: KeptStorage): void {
  for (const key of keysOf(storage)) {
    const [kind, owner] = key.split("|");
    const isTheirs = person !== undefined && (owner === person || kind === "sealport.sent");
    if (KEPT.test(key) && !isTheirs) storage.removeItem(key);
  }
}

/** From the sign-out until somebody is signed in here, forms that are still on the screen keep nothing any more. */
let isOver = false;

/** Storage may be forbidden altogether; there is nothing in it then. */
function tryStorage(act: (storage: Storage) => void): void {
  try {
    act(globalThis.sessionStorage);
  } catch {
    // Nothing was ever kept.
  }
}

/** Somebody signed out: nothing of the session stays in this window. */
export function endKeeping(): void {
  isOver = true;
  tryStorage((storage) => forgetAllBut(undefined, storage));
}

/** Listens for as long as the document lives: the shell may be gone before a sign-out in another tab is heard. */
let isHearing = false;

/** This person is signed in here: his own records stay, those of others go. */
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
