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

/** What a record of reading says of the log that was read, where it is not the present one. */
export function logDetail(
  cx: { readonly instance: InstanceFacts },
  origin: string | undefined,
): { log?: string } {
  return origin === undefined || origin === cx.instance.log ? {} : { log: origin };
}
