import "server-only";
import type { AuditContext } from "./audit-context";
import { recordEvent } from "./record-event";

const QUIET_MS = 10 * 60_000;

/** Reading the log is itself logged, and the entry is committed before anything is answered (I9). */
export async function recordRead(
  cx: AuditContext,
  action: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordEvent(cx, {
    class: "log",
    outcome: "done",
    action,
    subjects: [],
    details: JSON.parse(JSON.stringify(details)),
  });
}

/** Checkpoint and proof reads: once per actor and ten minutes, so that a polling page does not feed itself. */
export async function recordReadOnce(cx: AuditContext, action: string): Promise<void> {
  const actor = cx.principal?.pseudonym ?? "anonymous";
  if (cx.audit.isFirstWithin(`${action}|${actor}`, QUIET_MS)) await recordRead(cx, action, {});
}
