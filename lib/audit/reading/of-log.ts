import "server-only";
import type { ClosedLog, InstanceFacts } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

type ClosedLogs = Pick<InstanceFacts, "closedLogs">;

/** Returns the closed log of this origin, if the instance is configured with one. */
export function closedLog({ closedLogs }: ClosedLogs, origin: string): ClosedLog | undefined {
  return closedLogs?.find((one) => one.origin === origin);
}

/**
 * The same context to read another log with: one that was closed for ever and is still there (recovery.md). What is
 * read is recorded in the present log, with the context as it was. Throws `audit.not-found` for any other origin.
 */
export function ofLog<C extends { readonly instance: InstanceFacts }>(cx: C, origin: string | undefined): C {
  if (origin === undefined || origin === cx.instance.log) return cx;
  if (closedLog(cx.instance, origin) === undefined) throw new DomainError("audit.not-found");
  return { ...cx, instance: { ...cx.instance, log: origin } };
}

/** The present log, the closed ones that this instance still reads, oldest first, and which of them is read. */
export interface ReadLog {
  readonly present: string;
  readonly closed: readonly string[];
  /** Origin of the closed log that is asked for; undefined for the present one. One that is none is refused later. */
  readonly log: string | undefined;
  /** Origin of the log that followed the one that is read, where that is a closed one. */
  readonly follower: string | undefined;
}

/** Which log an address asks for, where nothing or the present one's origin means the present one. */
export function readLog(instance: Pick<InstanceFacts, "log" | "closedLogs">, asked: string): ReadLog {
  const present = instance.log;
  const closed = instance.closedLogs?.map(({ origin }) => origin) ?? [];
  const log = asked === "" || asked === present ? undefined : asked;
  const at = log === undefined ? -1 : closed.indexOf(log);
  return { present, closed, log, follower: at < 0 ? undefined : (closed[at + 1] ?? present) };
}

/** What a record of reading says of the log that was read, where it is not the present one. */
export function logDetail(
  cx: { readonly instance: InstanceFacts },
  origin: string | undefined,
): { log?: string } {
  return origin === undefined || origin === cx.instance.log ? {} : { log: origin };
}
