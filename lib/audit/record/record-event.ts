import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { DomainError } from "@/lib/errors";
import { composeEntry } from "../entry/compose-entry";
import type { AuditEvent } from "../entry/event";

/**
 * Writes the entry of a read or a refusal on the recorder's own connection and returns once it is committed. Throws
 * `service.audit-unavailable` if it cannot be written. Then the caller must not answer with any data.
 */
export async function recordEvent(cx: AuditContext, event: AuditEvent): Promise<AppendedEntry> {
  try {
    const { appended, rows } = await composeEntry(cx, event);
    await cx.audit.append(rows);
    return appended;
  } catch (cause) {
    throw new DomainError("service.audit-unavailable", { cause, retryAfterSeconds: 2 });
  }
}
