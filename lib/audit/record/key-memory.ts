import type { Compartment } from "@/lib/context/recorder";

const MAX_KEYS = 5_000;
/** Limits the number of keys in a process. An erasure does not depend on it (`forget`, `hear`). */
const KEPT_MS = 10 * 60_000;

interface Kept {
  readonly value: Promise<Compartment>;
  readonly at: number;
}

/**
 * Keeps the compartment keys of one process for a limited time. While the process receives no erasure notices it
 * keeps no key. So no process seals or opens with a key that was destroyed meanwhile.
 */
export class KeyMemory {
  readonly #kept = new Map<string, Kept>();
  #isHeard = true;
  /** Increased by every erasure and every lost connection. A key whose read began before is not kept. */
  #era = 0;

  constructor(private readonly nowMs: () => number) {}

  /** Returns the key of this name. Calls `load` if the key is not in memory. */
  get(name: string, load: () => Promise<Compartment>): Promise<Compartment> {
    const kept = this.#kept.get(name);
    // A time to come is as old as one long past: the clock was set back.
    if (kept !== undefined && Math.abs(this.nowMs() - kept.at) < KEPT_MS) return kept.value;
    const value = load();
    if (this.#isHeard) this.#keep(name, value);
    return value;
  }

  /** Forgets the key of one compartment, by the id of its row. */
  forget(id: string): void {
    this.#era += 1;
    for (const [name, { value }] of this.#kept) {
      const drop = (held: Compartment) => {
        if (held.id === id) this.#drop(name, value);
      };
      value.then(drop).catch(() => undefined);
    }
  }

  /** Sets whether erasure notices arrive from now on. Forgets all keys. */
  hear(isHeard: boolean): void {
    this.#isHeard = isHeard;
    this.#era += 1;
    this.#kept.clear();
  }

  #keep(name: string, value: Promise<Compartment>): void {
    const oldest = this.#kept.size >= MAX_KEYS ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, { value, at: this.nowMs() });
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
