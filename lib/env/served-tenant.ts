import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";

/** A further tenant of one portal (lib/env/tenants.ts): its variables, and the host name of its pages. */
export interface ServedTenant {
  /** Name of its file, without the ending. */
  readonly name: string;
  readonly host: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

// Route handlers, pages and instrumentation each have a copy of this module in one process (environment.md "Next
// traps"), so the store is kept on globalThis. A portal with one tenant makes no store, because a store would slow down
// every call.
const STORE = Symbol.for("sealport.served-tenant");

function storeOf(value: unknown): AsyncLocalStorage<ServedTenant> | undefined {
  return value instanceof AsyncLocalStorage ? value : undefined;
}

/** Returns the tenant that this call or job is for; undefined for the tenant of the process's own variables. */
export function servedTenant(): ServedTenant | undefined {
  return storeOf(Reflect.get(globalThis, STORE))?.getStore();
}

/** Runs a function, and all calls that it starts, for a further tenant. Returns the function's result. */
export function runForTenant<T>(tenant: ServedTenant, run: () => T): T {
  const store = storeOf(Reflect.get(globalThis, STORE)) ?? new AsyncLocalStorage<ServedTenant>();
  Reflect.set(globalThis, STORE, store);
  return store.run(tenant, run);
}

/** Returns a function that returns one value for each tenant. `make` makes the value at the tenant's first call. */
export function perTenant<T>(make: () => T): () => T {
  const made = new Map<string | undefined, T>();
  return () => {
    const name = servedTenant()?.name;
    const known = made.get(name) ?? make();
    made.set(name, known);
    return known;
  };
}

/** Returns a reader that caches the result of `look` for each tenant, for `freshMs` milliseconds. */
export function freshPerTenant<T>(freshMs: number, look: () => Promise<T>): () => Promise<T> {
  const read = perTenant((): { latest?: { readonly at: number; readonly found: Promise<T> } } => ({}));
  return () => {
    const kept = read();
    const now = performance.now();
    if (kept.latest === undefined || now - kept.latest.at > freshMs) kept.latest = { at: now, found: look() };
    return kept.latest.found;
  };
}

/** Returns the variables of this tenant: those of its file, or the process's own. */
export function ownVariables(): Readonly<Record<string, string | undefined>> {
  return servedTenant()?.variables ?? process.env;
}
