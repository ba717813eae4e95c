import "server-only";
import os from "node:os";

// What a process has only once, even if it has several copies of a module: its name, and objects that are kept on
// globalThis.

/** Names this process among all that write to one log or send traces: host and process id. */
export const PROCESS_INSTANCE = `${os.hostname()}:${process.pid}`;

function isMade<T extends object>(known: unknown): known is T {
  return typeof known === "object" && known !== null;
}

/**
 * Returns the one object of this name in the process, and makes it at the first call. Route handlers, pages and
 * instrumentation each have a copy of a module in one process (environment.md "Next traps"), so what all of them count or
 * read is kept on globalThis. One name must always have the same type.
 */
export function processSlot<T extends object>(name: string, make: () => T): T {
  const slot = Symbol.for(`sealport.${name}`);
  const known: unknown = Reflect.get(globalThis, slot);
  if (isMade<T>(known)) return known;
  const made = make();
  Reflect.set(globalThis, slot, made);
  return made;
}
