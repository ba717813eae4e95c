import { setImmediate } from "node:timers/promises";

/** Milliseconds of calculation after which other work of the process gets its turn. */
const TURN_MS = 10;

/**
 * Shares the process during a long calculation. A portal answers people while it runs examples and compares sets, and
 * one answer of a large set takes milliseconds. Without this, one person with a large draft could hold up everyone's
 * requests.
 *
 * Use: `if (turns.isOver) await turns.give();` after each piece of work.
 */
export class Turns {
  #began = performance.now();

  /** Whether this calculation has gone on for long enough. */
  get isOver(): boolean {
    return performance.now() - this.#began >= TURN_MS;
  }

  /** Lets other work go first. */
  async give(): Promise<void> {
    await setImmediate();
    this.#began = performance.now();
  }
}
