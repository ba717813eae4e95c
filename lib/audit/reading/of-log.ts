import "server-only";
import type { ClosedLog, InstanceFacts } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

type ClosedLogs = Pick<InstanceFacts, "closedLogs">;

/** Returns the closed log of this origin, if the instance is configured with one. */
export function closedLog({ closedLogs }: ClosedLogs, origin: string): ClosedLog | undefined {
  return closedLogs?.find((one) => one.origin === origin);
}

/**
 * Returns the same context for reading another log: a closed one that the instance still has (recovery.md). The read
 * is recorded in the present log with the original context. Throws `audit.not-found` for any other origin.
 */
export function ofLog<C extends { readonly instance: InstanceFacts }>(cx: C, origin: string | undefined): C {
  if (origin === undefined || origin === cx.instance.log) return cx;
  if (closedLog(cx.instance, origin) === undefined) throw new DomainError("audit.not-found");
  return { ...cx, instance: { ...cx.instance, log: origin } };
}

/** The present log, the closed ones that this instance still reads, oldest first, and the log that is read. */
export interface ReadLog {
  readonly present: string;
  readonly closed: readonly string[];
  /** Origin of the requested closed log; undefined for the present one. An unknown origin is refused later. */
  readonly log: string | undefined;
  /** Origin of the log that followed the one that is read, if that one is closed. */
  readonly follower: string | undefined;
}

/** Returns which log an address asks for. An empty text or the present origin means the present log. */
export function readLog(instance: Pick<InstanceFacts, "log" | "closedLogs">, asked: string): ReadLog {
  const present = instance.log;
  const closed = instance.closedLogs?.map(({ origin }) => origin) ?? [];
  const log = asked === "" || asked === present ? undefined : asked;
  const at = log === undefined ? -1 : closed.indexOf(log);
  return { present, closed, log, follower: at < 0 ? undefined : (closed[at + 1] ?? present) };
}

/** Returns the record's detail about the log that was read, if it is not the present one. */
export function logDetail(
  cx: { readonly instance: InstanceFacts },
  origin: string | undefined,
): { log?: string } {
  return origin === undefined || origin === cx.instance.log ? {} : { log: origin };
}

/**
 * Returns the origin of the closed log that an entry is in, for callers who see the entry's number; null for the
 * present log or none.
 */
export function closedOrigin({ log }: Pick<InstanceFacts, "log">, of: string | null): string | null {
  return of === log ? null : of;
}
