import "server-only";
import type { InstanceFacts } from "@/lib/context";
import { portalEnv } from "@/lib/env";
import { DomainError } from "@/lib/errors";

/** A log that another one followed: its origin and the keys to check it by, pinned like the present ones. */
export type ClosedLog = NonNullable<ReturnType<typeof portalEnv>["CLOSED_LOGS"]>[number];

/** The closed log of this origin that this instance is told of, if there is one. */
export function closedLog(origin: string): ClosedLog | undefined {
  return portalEnv().CLOSED_LOGS?.find((one) => one.origin === origin);
}

/**
 * The same context to read another log with: one that was closed for ever and is still there (recovery.md). What is
 * read is recorded in the present log, with the context as it was. Throws `audit.not-found` for any other origin.
 */
export function ofLog<C extends { readonly instance: InstanceFacts }>(cx: C, origin: string | undefined): C {
  if (origin === undefined || origin === cx.instance.log) return cx;
  if (closedLog(origin) === undefined) throw new DomainError("audit.not-found");
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
export function readLog(instance: Pick<InstanceFacts, "log">, asked: string): ReadLog {
  const present = instance.log;
  const closed = portalEnv().CLOSED_LOGS?.map(({ origin }) => origin) ?? [];
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
