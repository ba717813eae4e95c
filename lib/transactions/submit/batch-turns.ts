import "server-only";
import { DomainError } from "@/lib/errors";

/** Lets a limited number run at once and queues others. A call that finds the queue full is refused (503). */
export class Turns {
  private running = 0;
  private readonly line: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly inLine: number,
  ) {}

  async hold<T>(act: () => Promise<T>): Promise<T> {
    await this.begin();
    try {
      return await act();
    } finally {
      const next = this.line.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private async begin(): Promise<void> {
    if (this.running < this.atOnce) {
      this.running += 1;
      return;
    }
    if (this.line.length >= this.inLine)
      throw new DomainError("service.unavailable", {
        detail: "Too many batches are arriving at once, so this one was not stored. Try again in a minute.",
        retryAfterSeconds: 5,
      });
    await new Promise<void>((go) => {
      this.line.push(go);
    });
  }
}

const IN_LINE = 32;
const turns = new WeakMap<object, Turns>();

/**
 * Returns the turns of batches over one pool: half of its connections. So a burst of batches waits in its own queue. It
 * neither times out at the pool nor blocks other calls.
 */
export function batchTurns(pool: { readonly options: { readonly max: number } }): Turns {
  const found = turns.get(pool) ?? new Turns(Math.max(1, Math.floor(pool.options.max / 2)), IN_LINE);
  turns.set(pool, found);
  return found;
}
