import type { Compartment } from "@/lib/context/recorder";

const MAX_KEYS = 5_000;
/** Bounds what a process holds; an erasure does not wait for it (`forget`, `hear`). */
const KEPT_MS = 10 * 60_000;

interface Kept {
  readonly value: Promise<Compartment>;
  readonly until: number;
}

/**
 * Compartment keys of one process for as long as they may be kept. While erasures are not heard nothing is kept, so
 * that no process seals or opens under a key that was destroyed meanwhile.
 */
export class KeyMemory {
  readonly #kept = new Map<string, Kept>();
  #isHeard = true;
  /** Raised by every erasure and loss: what was being read meanwhile is not kept. */
  #era = 0;

  constructor(private readonly nowMs: () => number) {}

  /** The key under this name, read by `load` unless it is kept. */
  get(name: string, load: () => Promise<Compartment>): Promise<Compartment> {
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.until > this.nowMs()) return kept.value;
    const value = load();
    if (this.#isHeard) this.#keep(name, value);
    return value;
  }

  /** Forgets one compartment's key, by its row's id. */
  forget(id: string): void {
    this.#era += 1;
    for (const [name, { value }] of this.#kept) {
      const drop = (held: Compartment) => {
        if (held.id === id) this.#drop(name, value);
      };
      value.then(drop).catch(() => undefined);
    }
  }

  /** Says whether erasures are heard from now on; whatever was kept is forgotten. */
  hear(isHeard: boolean): void {
    this.#isHeard = isHeard;
    this.#era += 1;
    this.#kept.clear();
  }

  #keep(name: string, value: Promise<Compartment>): void {
    const oldest = this.#kept.size >= MAX_KEYS ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, { value, until: this.nowMs() + KEPT_MS });
    const begun = this.#era;
    value.then(
      () => begun === this.#era || this.#drop(name, value),
      () => this.#drop(name, value),
    );
  }

  #drop(name: string, value: Promise<Compartment>): void {
    if (this.#kept.get(name)?.value === value) this.#kept.delete(name);
  }
}
