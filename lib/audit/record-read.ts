import "server-only";
import type { Json } from "@/lib/crypto/canonical-json";
import type { AuditContext } from "./audit-context";
import { recordEvent } from "./record-event";

const QUIET_MS = 10 * 60_000;

/** What a filter filters by, without its values: they may name a case that others may not know of (I12). */
export function filterNames(filter: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(filter)
    .filter((name) => filter[name] !== undefined)
    .sort();
}

/**
 * Reading the log is itself logged, and the entry is committed before anything is answered (I9). The read of an
 * entry of a case belongs to that case.
 */
export async function recordRead(
  cx: AuditContext,
  action: string,
  details: Readonly<Record<string, Json>>,
  caseId?: string,
): Promise<void> {
  await recordEvent(cx, {
    class: "log",
    outcome: "done",
    action,
    subjects: [],
    ...(caseId === undefined ? { details } : { caseId, caseDetails: details }),
  });
}

/** Checkpoint and proof reads: once per actor and ten minutes, so that a polling page does not feed itself. */
export async function recordReadOnce(cx: AuditContext, action: string): Promise<void> {
  const actor = cx.principal?.pseudonym ?? "anonymous";
  if (cx.audit.isFirstWithin(`${action}|${actor}`, QUIET_MS)) await recordRead(cx, action, {});
}
