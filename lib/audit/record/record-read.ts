import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { recordEvent } from "./record-event";

const QUIET_MS = 10 * 60_000;

/** What a filter filters by, without its values: they may name a case that others may not know of (I12). */
export function filterNames(filter: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(filter)
    .filter((name) => filter[name] !== undefined)
    .sort();
}

/** What fences the entry that was read, and so the record of reading it. */
export interface ReadFence {
  readonly caseId?: string | undefined;
  readonly isSuspicion?: boolean;
}

/** Where the details of a read stand: sealed as what was read, so that nobody learns of it by who reads it. */
function fencedDetails(details: Readonly<Record<string, Json>>, { caseId, isSuspicion }: ReadFence) {
  if (isSuspicion === true) return { suspicion: details, ...(caseId === undefined ? {} : { caseId }) };
  return caseId === undefined ? { details } : { caseId, caseDetails: details };
}

/**
 * Reading the log is itself logged, and the entry is committed before anything is answered (I9). The read of an
 * entry of a case belongs to that case, and the read of a suspicion is there for those who may know of suspicions.
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

/** Checkpoint and proof reads: once per actor, log and ten minutes, so that a polling page does not feed itself. */
export async function recordReadOnce(
  cx: AuditContext,
  action: string,
  fence?: ReadFence,
  details: { readonly log?: string } = {},
): Promise<void> {
  const actor = cx.principal?.pseudonym ?? "anonymous";
  const what = details.log === undefined ? action : `${action}|${details.log}`;
  if (cx.audit.isFirstWithin(`${what}|${actor}`, QUIET_MS))
    await recordRead(cx, action, { ...details }, fence);
}
