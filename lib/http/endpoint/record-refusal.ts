import "server-only";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { EntryClass } from "@/lib/audit/entry/event";
import { seesSuspicion } from "@/lib/audit/reading/fence";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import type { AuditRecorder } from "@/lib/context/recorder";
import { isUuid } from "@/lib/crypto/uuid";
import type { DomainError } from "@/lib/errors";

const CLASSES: Readonly<Record<string, EntryClass>> = {
  transaction: "transaction",
  dispute: "transaction",
  disclosure: "disclosure",
  key: "key",
  escrow: "key",
  policy: "policy",
  identity: "identity",
  user: "identity",
  api_key: "identity",
  session: "identity",
  account: "identity",
  credential: "identity",
  admin: "admin",
  organisation: "admin",
  participant: "admin",
  audit: "log",
  erasure: "retention",
  export: "export",
  log: "log",
};

/** Refusals of these stand in the access log too; the others are in the audit log only. */
const ACCESS_CLASSES: ReadonlySet<EntryClass> = new Set<EntryClass>([
  "transaction",
  "disclosure",
  "access",
  "export",
]);

/** The class an action's entries have; requests, grants and the like are all about access. */
export function classOf(action: string): EntryClass {
  if (action === "audit.export") return "export";
  return CLASSES[action.split(".", 1)[0] ?? ""] ?? "access";
}

/** A recorder that remembers whether an entry about a refusal went through it. */
export interface WatchedRecorder {
  readonly audit: AuditRecorder;
  readonly hasRecordedDenial: () => boolean;
}

/** Watches one request's recorder, so that no refusal is written down twice or not at all. */
export function watchDenials(audit: AuditRecorder): WatchedRecorder {
  let denied = false;
  return {
    audit: {
      ...audit,
      append: async (rows) => {
        await audit.append(rows);
        // A failed opening is the record of its refusal: a second one would lie outside its case.
        if (rows.entry.outcome === "denied" || rows.entry.outcome === "failed") denied = true;
      },
    },
    hasRecordedDenial: () => denied,
  };
}

/** Whether an answer refuses somebody: a 404 may hide what they may not know of. */
export function isRefusal(error: DomainError): boolean {
  return error.status === 401 || error.status === 403 || error.status === 404;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The transaction that an address is about, however it was spelled. */
function transactionIn(instance: string): string | undefined {
  const id = /^\/confidential\/transactions\/([^/]{36})(?:\/|$)/.exec(decoded(instance))?.[1]?.toLowerCase();
  return id !== undefined && isUuid(id) ? id : undefined;
}

/**
 * Writes down a refusal, committed before it returns (I3). Throws 503 when it cannot. Ids in the address may name a
 * case that others may not know of, so the pattern stands here and not the path.
 */
export async function recordRefusal(
  cx: Context,
  operation: OperationSpec,
  instance: string,
  error: DomainError,
): Promise<void> {
  const transaction = transactionIn(instance);
  const entryClass = classOf(operation.action);
  const details = { operation: operation.id, path: operation.path, code: error.code };
  await recordEvent(cx, {
    class: entryClass,
    outcome: "denied",
    action: operation.action,
    subjects: [],
    // That compliance tried to note or read a suspicion tells as much as the suspicion.
    ...(seesSuspicion(cx) && operation.action.startsWith("suspicion.")
      ? { suspicion: details }
      : { details }),
    ...(transaction === undefined ? {} : { index: { transactionId: transaction } }),
    ...(ACCESS_CLASSES.has(entryClass)
      ? { access: { dataAccessed: [], success: false, error: error.code } }
      : {}),
  });
}
