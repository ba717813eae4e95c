import "server-only";
import { withinGrantDay } from "@/lib/access/grants/use-grant";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { concerning, DomainError } from "@/lib/errors";
import type { EscrowOpened } from "@/lib/escrow/protocol/port";
import { dataOfAll } from "@/lib/transactions/groups";
import { commitOpening, type Intent } from "@/lib/transactions/open/commit-opening";
import { type OpenedGroups, openGroups } from "@/lib/transactions/open/open-groups";
import { type OpeningFacts, readOpeningFacts } from "@/lib/transactions/open/opening-facts";
import { grantFor, type OpeningPlan, planOpening } from "@/lib/transactions/open/plan-opening";
import { type OpeningProof, proveOpening } from "@/lib/transactions/open/prove-opening";
import { recordingOutcome } from "@/lib/transactions/open/record-outcome";
import type { AccessBody, AccessOfPathBody, AuditBody, Disclosure } from "@/lib/transactions/schema";

/**
 * Returns what an opening asks for. As programs of the coordinator do, the body may also name the transaction and the
 * requester. The coordinator took the requester's name from the body. Here the credential decides: a body that names
 * another person is refused (`access.forbidden`) before any look-up. A transaction that differs from the path's is 422.
 */
export function askedOf(cx: Pick<Context, "principal">, id: string, body: AccessOfPathBody): AccessBody {
  const { transaction_id: named, requester, ...asked } = body;
  const { participantId, handle } = cx.principal;
  if (requester !== undefined && requester !== participantId && requester !== handle)
    throw new DomainError("access.forbidden", {
      detail: "The requester must be the owner of the credential.",
    });
  if (named !== undefined && named !== id) {
    throw new DomainError("request.invalid", {
      detail: "The request does not match its schema.",
      errors: [{ pointer: "/transaction_id", detail: "names another transaction than the path" }],
    });
  }
  return asked;
}

/** Steps 4 and 5. A party's openings do not count against a daily budget. */
function countAndCommit(cx: Context, plan: OpeningPlan, proof: OpeningProof | undefined): Promise<Intent> {
  const commit = () => commitOpening(cx, plan, proof);
  return plan.grant === undefined ? commit() : withinGrantDay(cx, plan.grant.id, commit);
}

/** Without all that real data needs, an opening that people signed is one of a set-up. */
function shownAssurance(
  assurance: EscrowOpened["assurance"] | undefined,
  missing: number,
): Disclosure["assurance"] {
  return assurance === "signed" && missing > 0 ? "setup" : assurance;
}

/** An opening whose outcome is recorded, with the facts that it was decided from. */
export interface OpenedRecord {
  readonly facts: OpeningFacts;
  readonly plan: OpeningPlan;
  readonly proof: OpeningProof | undefined;
  readonly intent: Intent;
  readonly opened: OpenedGroups;
  /** The entry of the outcome. */
  readonly entry: AppendedEntry;
  readonly assurance: Disclosure["assurance"];
}

/** Steps 4 to 7. The private reply key is erased from memory whatever the result. */
async function carryOut(
  cx: Context,
  plan: OpeningPlan,
  proof: OpeningProof | undefined,
): Promise<Omit<OpenedRecord, "facts" | "plan" | "proof">> {
  try {
    const missing = (await cx.readiness?.countMissing()) ?? 0;
    const intent = await countAndCommit(cx, plan, proof);
    const done = await recordingOutcome(cx, intent, (store) => openGroups(cx, plan, intent, proof, store));
    return { intent, ...done, assurance: shownAssurance(done.opened.assurance, missing) };
  } finally {
    proof?.replyKey.privateKey.fill(0);
  }
}

/** Steps 1 and 2, which change nothing. What `then` refuses is recorded in the case of the grant, as their own refusals are. */
export async function planRecord<T>(
  cx: Context,
  id: string,
  input: AuditBody,
  then: (planned: Pick<OpenedRecord, "facts" | "plan">) => Promise<T>,
): Promise<T> {
  const facts = await readOpeningFacts(cx, id, input);
  const grant = grantFor(cx, facts, input);
  const caseId = grant?.requestId;
  return concerning(caseId === undefined ? {} : { caseId }, async () =>
    then({ facts, plan: await planOpening(cx, facts, grant, input) }),
  );
}

/** Opens fields of one transaction and returns all that is known of the opening; `openTransaction` says how. */
export function openRecord(
  cx: Context,
  id: string,
  input: AuditBody,
  wanted: Pick<OpeningPlan, "withSalts"> = {},
): Promise<OpenedRecord> {
  return planRecord(cx, id, input, async ({ facts, plan: planned }) => {
    const plan = { ...planned, ...wanted };
    const proof = await proveOpening(cx, plan);
    return { facts, plan, proof, ...(await carryOut(cx, plan, proof)) };
  });
}

/**
 * Opens fields of one transaction. A party uses its managed key. A grant's holder and co-viewers use the escrow
 * custodian, which checks the grant again. Grants of requests, disputes and break-glass all use these seven steps:
 * read, decide, prove, count, commit, open, outcome (docs/life-of-an-opening.md). A failure before or in step 5 costs
 * nothing; a later one costs the view and the signature.
 */
export async function openTransaction(cx: Context, id: string, input: AuditBody): Promise<Disclosure> {
  const { intent, opened, entry, assurance } = await openRecord(cx, id, input);
  const { groups, masked } = opened;
  return {
    success: true,
    access_id: intent.id,
    data: dataOfAll(groups),
    receipt: await issueReceipt(cx, entry),
    ...(assurance === undefined ? {} : { assurance }),
    ...(masked.length === 0 ? {} : { masked: [...masked] }),
  };
}
