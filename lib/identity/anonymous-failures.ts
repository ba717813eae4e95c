import "server-only";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { AuditContext } from "@/lib/context/context";
import type { DomainError } from "@/lib/errors";
import type { Logger } from "@/lib/telemetry/logger";

const WINDOW_MS = 60_000;
/** Callers and prefixes at once, of one process: bounds memory, and the entries of a minute. */
const MAX_TRACKED = 1_000;
/** Key prefixes at once of one caller: whoever makes prefixes up shares one tally from there on. */
const MAX_PREFIXES = 8;

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
 * window ends. Past MAX_TRACKED callers at once they share one tally, and past MAX_PREFIXES prefixes one caller's do,
 * so that neither many addresses nor made-up keys fill the log. It counts for one process: with n portals behind one
 * address there are at most n entries a minute for the same failures.
 */
export function createAnonymousFailures(logger: Logger): AnonymousFailures {
  const tallies = new Map<string, Tally>();
  const keyFor = (caller: string, prefix: string | undefined, code: string): string => {
    const own = `${caller} ${prefix ?? ""} ${code}`;
    if (tallies.has(own)) return own;
    if (tallies.size >= MAX_TRACKED) return `others ${code}`;
    const held = [...tallies.keys()].filter((key) => key.startsWith(`${caller} `)).length;
    return held >= MAX_PREFIXES ? `${caller} * ${code}` : own;
  };
  return {
    async note(cx, caller, prefix, error) {
      const key = keyFor(caller, prefix, error.code);
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
