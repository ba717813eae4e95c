import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import type { EmbeddedDatabase } from "@/lib/db/embedded/embedded-database";

/** Keeps the embedded PostgreSQL running: started again with backoff when it ends unasked. */
export class DatabaseKeeper {
  readonly #restart: () => Promise<EmbeddedDatabase>;
  readonly #onEvent: (line: string) => void;
  #current: EmbeddedDatabase;
  #isStopping = false;
  /** Called when the server runs again, with new process numbers. */
  onRestart: () => void = () => undefined;

  constructor(
    restart: () => Promise<EmbeddedDatabase>,
    current: EmbeddedDatabase,
    onEvent: (line: string) => void,
  ) {
    this.#restart = restart;
    this.#onEvent = onEvent;
    this.#current = current;
    void this.#watch();
  }

  get pids(): { readonly postgres: number; readonly guard: number } {
    return { postgres: this.#current.serverPid, guard: this.#current.guardPid };
  }

  async #watch(): Promise<void> {
    let backoffMs = 250;
    while (!this.#isStopping) {
      await this.#current.ended;
      if (this.#isStopping) return;
      this.#onEvent("The database stopped unexpectedly; restarting it.");
      await sleep(backoffMs);
      backoffMs = Math.min(backoffMs * 2, 10_000);
      try {
        if (!this.#isStopping) this.#current = await this.#restart();
        if (this.#isStopping) await this.#current.stop(1_500);
        this.#onEvent("The database runs again.");
        this.onRestart();
        backoffMs = 250;
      } catch (error) {
        this.#onEvent(error instanceof Error ? error.message : "The database could not be started.");
      }
    }
  }

  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    await this.#current.stop(withinMs);
  }
}
