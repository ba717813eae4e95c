import { CallRefused, type Problem } from "@/components/client/api";
import type { PlannedRow } from "@/lib/import/lists/plan-rows";

/** What became of a line that was sent. */
export interface Sent {
  readonly state: "active" | "invited" | "asked";
  /** A link to sign in, where the instance sends no mail. It is shown once. */
  readonly link?: string;
}
export type Outcome = { readonly sent: Sent } | { readonly refused: Problem };

/** Statuses that say something of the caller or the portal, and nothing of the line. */
const NOT_OF_THE_LINE: readonly number[] = [401, 403, 429];
const SECOND = 1_000;

/** Returns the refusal that belongs to the line alone: other lines can still be sent. */
function refusalOf(error: unknown): Problem | undefined {
  if (!(error instanceof CallRefused)) return undefined;
  const { problem } = error;
  if (problem.status >= 500 || NOT_OF_THE_LINE.includes(problem.status)) return undefined;
  return problem.code === "idempotency.in-progress" ? undefined : problem;
}

/** How long the portal asks to wait; undefined where waiting is of no use. */
function pauseOf(error: unknown): number | undefined {
  if (!(error instanceof CallRefused) || error.problem.status !== 429) return undefined;
  return (error.problem.retryAfterSeconds ?? 1) * SECOND;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
}

export interface Run<B> {
  send(row: NewRow<B>): Promise<Sent>;
  /** Ends the run before the next line. A call that is under way gets its answer. */
  readonly signal: AbortSignal;
  onOutcome(line: number, outcome: Outcome): void;
  onPause(seconds: number | undefined): void;
}

type NewRow<B> = PlannedRow<B> & { readonly what: "create" };

/** Sends one line, and again after each wait that the portal asks for. Throws what stops the run. */
async function sendRow<B>(row: NewRow<B>, run: Run<B>): Promise<void> {
  while (!run.signal.aborted) {
    try {
      return run.onOutcome(row.line, { sent: await run.send(row) });
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== undefined) return run.onOutcome(row.line, { refused });
      const pause = pauseOf(error);
      if (pause === undefined) throw error;
      run.onPause(pause / SECOND);
      await wait(pause, run.signal);
      run.onPause(undefined);
    }
  }
}

/**
 * Sends the new lines one after the other. A refused line is noted and the next one sent. Where the portal asks to wait,
 * the run waits. Throws what stops it: no answer, a portal that is away, a session that ended.
 */
export async function runRows<B>(rows: readonly PlannedRow<B>[], run: Run<B>): Promise<void> {
  for (const row of rows) if (row.what === "create") await sendRow(row, run);
}
