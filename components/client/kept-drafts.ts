import { hearSessionEnd } from "@/components/client/session-channel";

/**
 * What a window keeps of open forms, so that no text is lost with the connection, by a reload or when the session ends.
 * Each record belongs to one person: another person in this window cannot find it, and signing out removes all. It
 * never contains sealed data.
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

/** The key of a person's form. Handles have no bar in them. */
export function keptKey(kind: KeptKind, person: string, form: string): string {
  return `sealport.${kind}|${person}|${form}`;
}

function keysOf(storage: KeptStorage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
}

/** Removes all records except those of this person. Marks of sent requests name no person, so they stay too. */
export function forgetAllBut(person: string | undefined, storage: KeptStorage): void {
  for (const key of keysOf(storage)) {
    const [kind, owner] = key.split("|");
    const isTheirs = person !== undefined && (owner === person || kind === "sealport.sent");
    if (KEPT.test(key) && !isTheirs) storage.removeItem(key);
  }
}

/** True from a sign-out to the next sign-in. Forms that are still on the screen must not keep anything then. */
let isOver = false;

/** Storage may be forbidden altogether; there is nothing in it then. */
function tryStorage(act: (storage: Storage) => void): void {
  try {
    act(globalThis.sessionStorage);
  } catch {
    // Nothing was ever kept.
  }
}

/** A person has signed out: removes everything that this window keeps of forms. */
export function endKeeping(): void {
  isOver = true;
  tryStorage((storage) => forgetAllBut(undefined, storage));
}

/** Listens for as long as the document lives: the shell may be gone before a sign-out in another tab is heard. */
let isHearing = false;

/** A person is signed in here: removes the records of all others. */
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
