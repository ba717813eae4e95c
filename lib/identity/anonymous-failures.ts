import "server-only";
import type { AuditContext } from "@/lib/audit/audit-context";
import { recordEvent } from "@/lib/audit/record-event";
import type { DomainError } from "@/lib/errors";
import type { Logger } from "@/lib/telemetry/logger";

const WINDOW_MS = 60_000;
const MAX_TRACKED = 10_000;

interface Tally {
  count: number;
  readonly timer: NodeJS.Timeout;
}

/** Writes down 401s and 429s at most once a minute per caller, with a count, so that nobody can fill the log. */
export interface AnonymousFailures {
  note(cx: AuditContext, caller: string, prefix: string | undefined, error: DomainError): Promise<void>;
}

async function record(
  cx: AuditContext,
  prefix: string | undefined,
  code: string,
  count: number,
): Promise<void> {
  await recordEvent(cx, {
    class: "identity",
    outcome: "denied",
    action: code === "rate.exceeded" ? "identity.rate_limit" : "identity.authenticate",
    subjects: [],
    details: { code, count, ...(prefix === undefined ? {} : { prefix }) },
  });
}

/**
 * The first failure of a window is written at once and awaited; the others are counted and written when the
 * window ends. Past MAX_TRACKED callers at once they share one tally, which bounds memory and entries.
 */
export function createAnonymousFailures(logger: Logger): AnonymousFailures {
  const tallies = new Map<string, Tally>();
  return {
    async note(cx, caller, prefix, error) {
      const key =
        tallies.size >= MAX_TRACKED ? `others ${error.code}` : `${caller} ${prefix ?? ""} ${error.code}`;
      const known = tallies.get(key);
      if (known !== undefined) {
        known.count += 1;
        return;
      }
      const timer = setTimeout(() => {
        const count = tallies.get(key)?.count ?? 0;
        tallies.delete(key);
        if (count === 0) return;
        record(cx, prefix, error.code, count).catch((failure: unknown) => {
          logger.error({ err: failure, count }, "failures could not be written to the log");
        });
      }, WINDOW_MS);
      timer.unref();
      tallies.set(key, { count: 0, timer });
      await record(cx, prefix, error.code, 1);
    },
  };
}
