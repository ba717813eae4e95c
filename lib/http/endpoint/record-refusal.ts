import "server-only";
import { reasonOf } from "@/lib/access/rules/permit";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { AuditEvent, EntryClass } from "@/lib/audit/entry/event";
import { exportPlace } from "@/lib/audit/export/export-place";
import { seesSuspicion } from "@/lib/audit/reading/fence";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { isRecordedCode } from "@/lib/error-codes";
import { DomainError, OWN_APPROVAL } from "@/lib/errors";
import { caseOf, factsOf, type NamedInput, type RefusalFacts } from "@/lib/http/endpoint/refusal-facts";

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
  authority: "identity",
  invitation: "identity",
  admin: "admin",
  agreement: "admin",
  access_review: "admin",
  organisation: "admin",
  participant: "admin",
  provisioning: "admin",
  scim_token: "identity",
  audit: "log",
  erasure: "retention",
  export: "export",
  log: "log",
};

/** Refusals of these are in the access log too. The others are in the audit log only. */
const ACCESS_CLASSES: ReadonlySet<EntryClass> = new Set<EntryClass>([
  "transaction",
  "disclosure",
  "access",
  "export",
]);

/** Returns the class of an action's entries. Requests, grants and actions without a class belong to access. */
export function classOf(action: string): EntryClass {
  if (action === "audit.export" || action === "evidence.make") return "export";
  return CLASSES[action.split(".", 1)[0] ?? ""] ?? "access";
}

/** One call that may be refused. */
export interface RefusableCall {
  readonly operation: OperationSpec;
  /** Undefined for a call that was refused before its use case ran. */
  readonly input?: NamedInput | undefined;
  /** The requested path. */
  readonly instance?: string;
}

function detailsOf(facts: RefusalFacts, error: DomainError) {
  const { requestId, grantId, disputeId, authorityId, transactionId, fields, decision } = facts;
  return {
    code: error.code,
    reason: reasonOf(error),
    ...(requestId === undefined ? {} : { request: requestId }),
    ...(grantId === undefined ? {} : { grant: grantId }),
    ...(disputeId === undefined ? {} : { dispute: disputeId }),
    ...(authorityId === undefined ? {} : { authority: authorityId }),
    ...(transactionId === undefined ? {} : { transaction: transactionId }),
    ...(fields === undefined ? {} : { groups: [...fields] }),
    ...(decision === undefined ? {} : { ...decision, policies: [...decision.policies] }),
  };
}

/** Refusals about requests and grants are about access, whatever the call would have done. */
function classOfFacts({ transactionId, disputeId }: RefusalFacts, action: string): EntryClass {
  const hasOwn = transactionId !== undefined || disputeId !== undefined || action.startsWith("authority.");
  return hasOwn ? classOf(action) : "access";
}

function withAccess(entryClass: EntryClass, error: DomainError): Pick<AuditEvent, "access"> {
  if (!ACCESS_CLASSES.has(entryClass)) return {};
  return { access: { dataAccessed: [], success: false, error: error.code } };
}

/** Returns the path's parameters by the operation's pattern; an empty object where the path does not follow it. */
export function paramsIn({ path }: OperationSpec, instance: string): Readonly<Record<string, string>> {
  const pattern = path.split("/");
  const parts = instance.split("/");
  if (pattern.length !== parts.length) return {};
  const pairs = pattern.flatMap((name, at) => {
    const part = parts[at];
    return name.startsWith("{") && part !== undefined ? [[name.slice(1, -1), part] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** Returns the entry of a use case's refusal, with the thing that the call was about. */
async function aboutItsFacts(
  cx: Context,
  facts: RefusalFacts,
  operation: OperationSpec,
  error: DomainError,
): Promise<AuditEvent> {
  const { transactionId, requestId, grantId, purpose, action = operation.action } = facts;
  const entryClass = classOfFacts(facts, action === OWN_APPROVAL ? operation.action : action);
  const caseId = await caseOf(cx, facts);
  const details = detailsOf(facts, error);
  return {
    class: entryClass,
    outcome: facts.outcome ?? "denied",
    action,
    subjects: [],
    ...(purpose === undefined ? {} : { purpose }),
    ...(caseId === undefined ? { details } : { caseId, caseDetails: details }),
    index: {
      ...(transactionId === undefined ? {} : { transactionId }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(grantId === undefined ? {} : { grantId }),
    },
    ...withAccess(entryClass, error),
  };
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

/** The entry of any other refusal. Ids in its address may name a case, so it has the pattern and not the path. */
function aboutItsOperation(
  cx: Context,
  { operation, instance = "" }: RefusableCall,
  error: DomainError,
): AuditEvent {
  const transactionId = transactionIn(instance);
  const entryClass = classOf(operation.action);
  const details = { operation: operation.id, path: operation.path, code: error.code };
  const isSuspicion = seesSuspicion(cx) && operation.action.startsWith("suspicion.");
  return {
    class: entryClass,
    outcome: "denied",
    action: error.about.action === OWN_APPROVAL ? OWN_APPROVAL : operation.action,
    subjects: [],
    // That compliance tried to note or read a suspicion reveals as much as the suspicion.
    ...(isSuspicion ? { suspicion: details } : { details }),
    ...(transactionId === undefined ? {} : { index: { transactionId } }),
    ...withAccess(entryClass, error),
  };
}

/** An export under a grant belongs to the grant's case, as its first entry does; undefined for every other export. */
async function inCaseOfExport(
  cx: Context,
  exportId: string,
  action: string,
  error: DomainError,
): Promise<AuditEvent | undefined> {
  const place = await inSnapshot(cx, (tx) => exportPlace(tx, exportId, { code: error.code }));
  if (place.caseId === undefined) return undefined;
  return { class: "export", outcome: "denied", action, ...place, ...withAccess("export", error) };
}

async function eventOf(cx: Context, call: RefusableCall, error: DomainError): Promise<AuditEvent> {
  const { operation, input } = call;
  const { about } = operation;
  if (about === undefined || input === undefined) return aboutItsOperation(cx, call, error);
  const facts = factsOf(about, input, error.about);
  const action = facts.action ?? operation.action;
  if (facts.exportId !== undefined) {
    const isHeld = error.status === 403;
    const placed = isHeld ? await inCaseOfExport(cx, facts.exportId, action, error) : undefined;
    return placed ?? aboutItsOperation(cx, call, error);
  }
  const isLoan = about.grant !== undefined && operation.action === "audit.export";
  if (isLoan && facts.grantId === undefined) return aboutItsOperation(cx, call, error);
  return aboutItsFacts(cx, facts, operation, error);
}

/** Whether the log keeps this refusal. A 404 may hide what the caller may not know of. */
function isKept(error: unknown): error is DomainError {
  if (!(error instanceof DomainError) || error.isRecorded) return false;
  return isRecordedCode(error.code) || error.about.outcome !== undefined;
}

/**
 * Runs `run`, which is a call or its use case, and records its refusal: one entry, after the act was rolled back, on another
 * connection, committed before the refusal continues (I3). Throws `service.audit-unavailable` if it cannot be written.
 */
export async function recordingRefusal<T>(
  cx: Context,
  call: RefusableCall,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isKept(error)) {
      await recordEvent(cx, await eventOf(cx, call, error));
      error.isRecorded = true;
    }
    throw error;
  }
}
