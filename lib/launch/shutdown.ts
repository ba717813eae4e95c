import "server-only";
import type { DatabaseKeeper } from "@/lib/launch/database-keeper";
import { type InstanceFolders, removeRunDir } from "@/lib/launch/folders";
import type { Progress } from "@/lib/launch/progress";
import { removeRunning } from "@/lib/launch/running-file";
import { type Services, stopServices } from "@/lib/launch/services";

const DATABASE_STOP_MS = 1_500;
/** The whole stop. It catches what the parts' own bounds miss: closing our pipes ends the rest. */
const WHOLE_STOP_MS = 7_900;
const PARENT_POLL_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends everything that was started so far, in order, once. */
export class Shutdown {
  readonly #progress: Progress;
  readonly #abort = new AbortController();
  #running: Promise<never> | undefined;
  services: Services | undefined;
  database: DatabaseKeeper | undefined;
  folders: InstanceFolders | undefined;
  unlock: (() => Promise<void>) | undefined;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  /** Aborted when the stop begins: steps that run are cut. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  listen(): void {
    for (const name of SIGNALS) {
      process.on(name, () => {
        if (!this.signal.aborted) this.#progress.say("\nStopping …");
        void this.run(0);
      });
    }
  }

  /** A killed npm passes no signal on, so this process ends when its parent has ended. */
  followParent(): void {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) void this.run(0);
    }, PARENT_POLL_MS).unref();
  }

  run(code: number): Promise<never> {
    this.#abort.abort();
    this.#running ??= this.#stop(code);
    return this.#running;
  }

  async #stop(code: number): Promise<never> {
    const startedAt = Date.now();
    setTimeout(() => process.exit(code), WHOLE_STOP_MS).unref();
    if (this.services !== undefined) await stopServices(this.services);
    await this.database?.stop(DATABASE_STOP_MS);
    if (this.folders !== undefined) {
      await removeRunning(this.folders);
      await removeRunDir(this.folders);
    }
    await this.unlock?.();
    if (code === 0) this.#progress.say(`Stopped in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
    process.exit(code);
  }
}
