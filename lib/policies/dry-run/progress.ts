import "server-only";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { type RunHold, renewRun } from "./run-store";

export const LEASE_MS = 30_000;
const RENEW_MS = 2_000;

/** The run was cancelled, or another portal has it. */
export class RunLost extends Error {
  override readonly name = "RunLost";
}

/** A run cannot be made, for a reason that its reader should see. It is not tried again. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}

type ProgressContext = Pick<Context, "db" | "instance" | "clock" | "logger">;

/** Returns when a lease that begins now ends. */
export function leaseEnd({ clock }: Pick<Context, "clock">): Date {
  return new Date(clock.nowMs() + LEASE_MS);
}

/** The progress of a run in this process. It renews the lease, and stops the work when the run is lost. */
export class Progress {
  #done = 0;
  #total = 0;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly cx: ProgressContext,
    private readonly hold: RunHold,
  ) {
    this.#timer = setInterval(() => {
      this.renew().catch((err: unknown) =>
        cx.logger.warn({ err, run: hold.id }, "a policy run's lease was not renewed"),
      );
    }, RENEW_MS);
  }

  /** Aborts when the run is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get total(): number {
    return this.#total;
  }

  plan(total: number): void {
    this.#total = total;
  }

  /** Counts what is done. Throws RunLost where the run was cancelled or taken over. */
  step(count = 1): void {
    this.require();
    this.#done += count;
    // Rows may come while a run goes on.
    this.#total = Math.max(this.#total, this.#done);
  }

  require(): void {
    if (this.#lost.signal.aborted) throw new RunLost("the run is no longer this portal's");
  }

  async renew(): Promise<void> {
    const said = { until: leaseEnd(this.cx), done: this.#done, total: this.#total };
    if (!(await inTransaction(this.cx, (tx) => renewRun(tx, this.hold, said)))) this.#lost.abort();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
