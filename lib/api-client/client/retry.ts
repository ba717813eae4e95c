import type { OperationSpec } from "../operation";
import { ApiProblem } from "./client";

/** The clock and timer that waiting needs; tests bring their own, so that they do not sleep. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to, and without, 1. */
  random(): number;
  /** Rejects with the signal's reason as soon as that is aborted. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

export const REAL_TIMING: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", end);
        resolve();
      }, ms);
      if (signal?.aborted) end();
      else signal?.addEventListener("abort", end, { once: true });
    }),
};

/** The first pause at most (milliseconds); each later one may be twice as long. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8_000;
/** A longer wait is reported to the caller instead: a call should not wait that long for an answer. */
const LONGEST_RETRY_AFTER = 60_000;
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

type Kind = Pick<OperationSpec, "method" | "idempotent" | "rate">;

/**
 * An answer with opened fields is given once: the stored answer for a second call with its key has no opened fields
 * (api.md).
 */
function discloses({ rate }: Kind): boolean {
  return rate === "open" || rate === "audit";
}

/** Whether a call takes an Idempotency-Key that is of use to it, so that the server runs it once however often it comes. */
export function isCreating(operation: Kind): boolean {
  return operation.idempotent !== undefined && !discloses(operation);
}

/**
 * Returns whether a call may be sent again after this error. A call without a change may, and a call that the server
 * runs once per Idempotency-Key. A disclosure, which uses a view, may only where it was refused before it began.
 */
function isRepeatable(operation: Kind, error: unknown): boolean {
  if (operation.method === "GET" || isCreating(operation)) return isAway(error);
  return operation.idempotent !== undefined && error instanceof ApiProblem && error.status === 429;
}

/** Milliseconds that `Retry-After` asks for, as seconds or as an HTTP date (RFC 9110 section 10.2.3); undefined without one. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // Use the server's own clock where its answer has a date: the caller's clock may be wrong.
  const serverMs = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(serverMs) ? nowMs : serverMs));
}

function isAway(error: unknown): boolean {
  if (error instanceof ApiProblem)
    return RETRIED.has(error.status) || error.code === "idempotency.in-progress";
  // fetch's own error names for a failed connection and for a time-out.
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

/** How long to wait after this failure, the first being 0; undefined where another attempt is of no use. */
function pauseAfter(error: unknown, attempt: number, timing: Timing): number | undefined {
  const asked = error instanceof ApiProblem ? retryAfterMs(error.headers, timing.now()) : undefined;
  // Never earlier than asked, and not all at the same moment.
  if (asked !== undefined)
    return asked > LONGEST_RETRY_AFTER ? undefined : Math.round(asked + timing.random() * FIRST_PAUSE);
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
  return Math.round(longest * (0.5 + timing.random() / 2));
}

/**
 * Runs an attempt, and up to `retries` more if the call may be repeated. It repeats after 429, 502, 503, 504, after a
 * connection that failed or took too long, and while the first call with the same Idempotency-Key still runs. Throws
 * the last attempt's error, with the first one as its cause, or the signal's reason.
 */
export async function retrying<T>(
  operation: Kind,
  rules: { readonly retries: number; readonly timing: Timing; readonly signal: AbortSignal | undefined },
  attempt: () => Promise<T>,
): Promise<T> {
  let first: unknown;
  for (let failed = 0; ; failed += 1) {
    rules.signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      rules.signal?.throwIfAborted();
      const pause =
        failed < rules.retries && isRepeatable(operation, error)
          ? pauseAfter(error, failed, rules.timing)
          : undefined;
      // The last attempt may report that the first attempt's outcome is unknown: the error then includes the first
      // outcome.
      if (pause === undefined && failed > 0 && error instanceof Error) error.cause ??= first;
      if (pause === undefined) throw error;
      first ??= error;
      await rules.timing.wait(pause, rules.signal);
    }
  }
}
