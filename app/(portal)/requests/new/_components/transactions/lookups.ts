import { CallRefused, call, target } from "@/components/client/api";
import type { getTransaction, listTransactions } from "@/lib/api-client/operations/transactions";

const READ = target<typeof getTransaction>("GET", "/confidential/transactions/{id}");
const LIST = target<typeof listTransactions>("GET", "/confidential/transactions");

/** What is known of a transaction number that was given. */
export type Lookup =
  | { readonly kind: "looking" | "unknown" | "lost" }
  | { readonly kind: "known"; readonly job: string; readonly at: string };

export type Lookups = ReadonlyMap<string, Lookup>;
export type ReadTransaction = (id: string) => Promise<Lookup>;

/** Reads one transaction's metadata as the signed-in person. */
export const readTransaction: ReadTransaction = async (id) => {
  try {
    const { job_id, timestamp } = await call(READ, { params: { id } });
    return { kind: "known", job: job_id, at: timestamp };
  } catch (error) {
    const isUnknown = error instanceof CallRefused && error.problem.status === 404;
    return { kind: isUnknown ? "unknown" : "lost" };
  }
};

/** Metadata of transactions that the person may know of, newest first. */
export function findTransactions(
  query: {
    readonly job_id?: string;
    readonly participant?: string;
    readonly from?: string;
    readonly to?: string;
  },
  limit: number,
) {
  return call(LIST, { query: { ...query, limit: String(limit) } });
}

/** Calls at a time: a long list must not delay the saving of the draft. */
const AT_ONCE = 4;
/** Longer lists are checked as a whole when the draft is saved. */
const MAX_LOOKUPS = 200;

/** Looks up numbers, each once. `retry` looks up those again that got no answer. */
export class LookupStore {
  #found: Lookups = new Map();
  #waiting: string[] = [];
  #running = 0;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly read: ReadTransaction) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): Lookups => this.#found;

  readonly isUnknown = (id: string): boolean => this.#found.get(id)?.kind === "unknown";

  /** Records a transaction that another list has shown, so that it needs no call. */
  know(id: string, job: string, at: string): void {
    this.#set(id, { kind: "known", job, at });
  }

  want(ids: readonly string[]): void {
    const fresh = ids.slice(0, MAX_LOOKUPS).filter((id) => !this.#found.has(id));
    for (const id of fresh) this.#set(id, { kind: "looking" });
    this.#waiting.push(...fresh);
    this.#work();
  }

  retry(): void {
    const lost = [...this.#found].filter(([, lookup]) => lookup.kind === "lost").map(([id]) => id);
    for (const id of lost) this.#set(id, { kind: "looking" });
    this.#waiting.push(...lost);
    this.#work();
  }

  #work(): void {
    while (this.#running < AT_ONCE) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      this.#running += 1;
      void this.read(id).then((lookup) => {
        this.#running -= 1;
        this.#set(id, lookup);
        this.#work();
      });
    }
  }

  #set(id: string, lookup: Lookup): void {
    this.#found = new Map(this.#found).set(id, lookup);
    for (const listener of this.#listeners) listener();
  }
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** What a pasted list had: numbers found, those given more than once, and words that are no numbers. */
export interface ListReport {
  readonly found: number;
  readonly twice: number;
  readonly others: number;
}

/** Counts a pasted list against the numbers that are in the form already. */
export function reportOf(text: string, held: readonly string[]): ListReport {
  const all = [...text.matchAll(UUID)].map(([id]) => id.toLowerCase());
  const { ids, rest } = numbersIn(text);
  const fresh = ids.filter((id) => !held.includes(id));
  return { found: fresh.length, twice: all.length - fresh.length, others: rest.length };
}

/** Transaction numbers in a pasted text, and the rest of that text. */
export function numbersIn(text: string): { readonly ids: string[]; readonly rest: string[] } {
  const ids = [...text.matchAll(UUID)].map(([id]) => id.toLowerCase());
  const rest = text
    .replaceAll(UUID, " ")
    .split(/[\s,;|]+/)
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
  return { ids: [...new Set(ids)], rest };
}
