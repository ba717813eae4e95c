import "server-only";
import { findGrant, type GrantRow } from "@/lib/access/grants/store";
import { findRequestFacts } from "@/lib/access/requests/store";
import { reasonOf } from "@/lib/access/rules/permit";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** What was tried, for the entry of a refusal. */
export interface Attempted {
  readonly action: string;
  readonly requestId?: string;
  readonly grantId?: string;
  readonly disputeId?: string;
  readonly purpose?: string;
  readonly fields?: readonly string[];
}

/** Two readings of one order that differ, and an order that is not what it says, are worth knowing, whoever was right. */
const WORTH_KNOWING: ReadonlySet<string> = new Set([
  "authorization.recognition",
  "authorization.scope",
  "authorization.signature",
  "authorization.used",
  "decision.facts-mismatch",
]);

function isRefusal(error: unknown): error is DomainError {
  if (!(error instanceof DomainError)) return false;
  return [401, 403, 404].includes(error.status) || WORTH_KNOWING.has(error.code);
}

/**
 * Runs a use case; a refusal of it is written down on another connection and awaited before it goes on to the
 * caller. The ids are those that were asked for, which may not exist.
 */
export async function recordingRefusals<T>(
  cx: Context,
  attempted: Attempted,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isRefusal(error)) await recordRefusal(cx, attempted, error);
    throw error;
  }
}

/** Neither a dispute nor a use of break-glass is an agency's case: its parties, support and staff may know of it. */
const UNFENCED = Symbol("unfenced");

/** A grant by an id that may be none. */
async function findNamed(
  tx: Tx,
  tenantId: string,
  grantId: string | undefined,
): Promise<GrantRow | undefined> {
  return grantId !== undefined && isUuid(grantId) ? findGrant(tx, tenantId, grantId) : undefined;
}

/**
 * The case that fences a refusal. One that names nothing that exists lies in a case that nobody has (the tenant's id
 * stands for it), so that an outsider sees as little of it as of a case he may not know of.
 */
async function caseOf(cx: Context, { requestId, grantId }: Attempted): Promise<string | undefined> {
  if (requestId === undefined && grantId === undefined) return undefined;
  const { tenantId } = cx.instance;
  const found = await inSnapshot(cx, async (tx) => {
    const grant = await findNamed(tx, tenantId, grantId);
    if (grant?.dispute !== undefined || grant?.emergency !== undefined) return UNFENCED;
    const named = grant === undefined ? (requestId ?? grantId) : grant.requestId;
    if (named === undefined || !isUuid(named)) return undefined;
    const facts = await findRequestFacts(tx, cx, named);
    // A grant that there is not was looked for as one that there is; it lies in no case, whatever else its id may name.
    if (grant === undefined && requestId === undefined) return undefined;
    // Whoever reads every case sees what he was refused of one that is sealed from him as what is not there.
    return facts?.sealedFrom.includes(cx.principal.userId) ? undefined : facts?.id;
  });
  return found === UNFENCED ? undefined : (found ?? tenantId);
}

async function recordRefusal(cx: Context, attempted: Attempted, error: DomainError): Promise<void> {
  const { action, requestId, grantId, disputeId, purpose, fields } = attempted;
  const caseId = await caseOf(cx, attempted);
  const details = {
    code: error.code,
    reason: reasonOf(error),
    ...(requestId === undefined ? {} : { request: requestId }),
    ...(grantId === undefined ? {} : { grant: grantId }),
    ...(disputeId === undefined ? {} : { dispute: disputeId }),
    ...(fields === undefined ? {} : { groups: [...fields] }),
  };
  await recordEvent(cx, {
    class: action.startsWith("dispute.") ? "transaction" : "access",
    outcome: "denied",
    action,
    subjects: [],
    ...(purpose === undefined ? {} : { purpose }),
    ...(caseId === undefined ? { details } : { caseId, caseDetails: details }),
    index: {
      ...(requestId === undefined ? {} : { requestId }),
      ...(grantId === undefined ? {} : { grantId }),
    },
    access: { dataAccessed: [], success: false, error: error.code },
  });
}
