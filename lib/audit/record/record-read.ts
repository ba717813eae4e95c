import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { recordEvent } from "./record-event";

const QUIET_MS = 10 * 60_000;

/**
 * Returns the names of a filter's members without their values. A value may name a case that others may not know of
 * (I12).
 */
export function filterNames(filter: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(filter)
    .filter((name) => filter[name] !== undefined)
    .sort();
}

/** The fence of the entry that was read, which also applies to the record of reading it. */
export interface ReadFence {
  readonly caseId?: string | undefined;
  readonly isSuspicion?: boolean;
}

/**
 * Returns where the details of a read are sealed: like the entry that was read. So the record of a read reveals the
 * entry to no other person.
 */
function fencedDetails(details: Readonly<Record<string, Json>>, { caseId, isSuspicion }: ReadFence) {
  if (isSuspicion === true) return { suspicion: details, ...(caseId === undefined ? {} : { caseId }) };
  return caseId === undefined ? { details } : { caseId, caseDetails: details };
}

/**
 * Records that the log was read. The record is committed before any answer (I9). The read of an entry of a case
 * belongs to that case. The read of a suspicion is visible only to people who may see suspicions.
 */
export async function recordRead(
  cx: AuditContext,
  action: string,
  details: Readonly<Record<string, Json>>,
  fence: ReadFence = {},
): Promise<void> {
  await recordEvent(cx, {
    class: "log",
    outcome: "done",
    action,
    subjects: [],
    ...fencedDetails(details, fence),
  });
}

/**
 * Records checkpoint and proof reads once per actor, log and ten minutes. Otherwise a polling page would create
 * entries without end.
 */
export async function recordReadOnce(
  cx: AuditContext,
  action: string,
  fence?: ReadFence,
  details: { readonly log?: string } = {},
): Promise<void> {
  const actor = cx.principal?.pseudonym ?? "anonymous";
  const what = details.log === undefined ? action : `${action}|${details.log}`;
  await cx.audit.onceWithin(`${what}|${actor}`, QUIET_MS, () =>
    recordRead(cx, action, { ...details }, fence),
  );
}
