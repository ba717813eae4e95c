import "server-only";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { AuditContext } from "@/lib/context/context";
import type { DomainError } from "@/lib/errors";
import type { Logger } from "@/lib/telemetry/logger";

const WINDOW_MS = 60_000;
/** Callers and prefixes tracked at a time by one process. This bounds memory and the entries of a minute. */
const MAX_TRACKED = 1_000;
/** Key prefixes tracked at a time for one caller. Made-up prefixes beyond this share one tally. */
const MAX_PREFIXES = 8;

interface Tally {
  count: number;
  readonly timer: NodeJS.Timeout;
}

/** Records 401s and 429s at most once a minute per caller, with a count. This stops callers from filling the log. */
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
 * Writes the first failure of a window at once and waits for it. Counts the others and writes them when the window
 * ends. More than MAX_TRACKED callers share one tally, and so do more than MAX_PREFIXES prefixes of one caller. So
 * neither many addresses nor made-up keys fill the log. Each process counts separately: n portals behind one address
 * write at most n entries a minute for the same failures.
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
          logger.error({ err: failure, count }, "failed calls were not written to the log");
        });
      }, WINDOW_MS);
      timer.unref();
      tallies.set(key, { count: 0, timer });
      await record(cx, prefix, error.code, 1);
    },
  };
}
