import "server-only";
import { findLiveGrant } from "@/lib/access/grants/find-grant";
import { findGrant, type GrantRow } from "@/lib/access/grants/store";
import { findRequestFacts } from "@/lib/access/requests/store";
import type { OperationAbout } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import type { RefusedAct } from "@/lib/errors";

/** The parsed input of a call, as far as an operation's `about` names members of it. */
export interface NamedInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** What `id` or `body.grant_id` names in this input. */
function valueAt(input: NamedInput, place: string | undefined): unknown {
  if (place === undefined) return undefined;
  const [first = "", second] = place.split(".", 2);
  return second === undefined ? memberOf(input.params, first) : memberOf(memberOf(input, first), second);
}

function textAt(input: NamedInput, place: string | undefined): string | undefined {
  const value = valueAt(input, place);
  return typeof value === "string" ? value : undefined;
}

function textsAt(input: NamedInput, place: string | undefined): readonly string[] | undefined {
  const value = valueAt(input, place);
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

/** What one refused call was about. */
export type RefusalFacts = { readonly [K in keyof RefusedAct]: RefusedAct[K] | undefined };

/** The facts that the operation declares, read from the input. What the use case found replaces them. */
export function factsOf(about: OperationAbout, input: NamedInput, found: RefusedAct): RefusalFacts {
  return {
    transactionId: textAt(input, about.transaction),
    requestId: textAt(input, about.request),
    grantId: textAt(input, about.grant),
    disputeId: textAt(input, about.dispute),
    authorityId: textAt(input, about.authority),
    exportId: textAt(input, about.export),
    purpose: textAt(input, about.purpose),
    fields: textsAt(input, about.fields),
    action: about.action,
    ...found,
  };
}

/** Disputes and emergency access are not an agency's cases: their parties, support and staff may see them. */
const UNFENCED = Symbol("unfenced");

async function findNamed(
  tx: Tx,
  tenantId: string,
  grantId: string | undefined,
): Promise<GrantRow | undefined> {
  return grantId !== undefined && isUuid(grantId) ? findGrant(tx, tenantId, grantId) : undefined;
}

/**
 * Returns the case of a request or a grant. An unknown id belongs to the tenant's case, which has no members, so that
 * an outsider sees as little of the refusal as of one in a hidden case (I12).
 */
async function caseOfNamed(cx: Context, { requestId, grantId }: RefusalFacts): Promise<string | undefined> {
  const { tenantId } = cx.instance;
  const found = await inSnapshot(cx, async (tx) => {
    const grant = await findNamed(tx, tenantId, grantId);
    if (grant?.dispute !== undefined || grant?.breakGlass !== undefined) return UNFENCED;
    const named = grant === undefined ? (requestId ?? grantId) : grant.requestId;
    if (named === undefined || !isUuid(named)) return undefined;
    const facts = await findRequestFacts(tx, cx, named);
    // The lookup for a missing grant takes the statements of one that exists. Its id may name something else, which is ignored.
    if (grant === undefined && requestId === undefined) return undefined;
    // For readers of every case, a refusal about a case that is sealed from them looks like one about a missing case.
    return facts?.sealedFrom.includes(cx.principal.userId) ? undefined : facts?.id;
  });
  return found === UNFENCED ? undefined : (found ?? tenantId);
}

/** The case that seals the entry; undefined where the refusal belongs to no case. */
export async function caseOf(cx: Context, facts: RefusalFacts): Promise<string | undefined> {
  if (facts.caseId !== undefined) return facts.caseId;
  if (facts.requestId !== undefined || facts.grantId !== undefined) return caseOfNamed(cx, facts);
  const { transactionId, purpose = "" } = facts;
  if (transactionId === undefined || !isUuid(transactionId)) return undefined;
  // The case of the grant that it was tried under, or of any of the caller's own that covers the transaction.
  return (await findLiveGrant(cx, { transactionId, purpose }))?.requestId;
}
