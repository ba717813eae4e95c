import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError, ownApproval } from "@/lib/errors";
import type { SignedPolicy } from "@/lib/escrow/protocol/policy-order";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { findActivation } from "@/lib/policies/activation-store";
import { type Acted, answerAct } from "@/lib/policies/answer-act";
import { approvalsOf, insertApproval, listApprovals } from "@/lib/policies/approval-store";
import { approvalDigest } from "@/lib/policies/bound-activation";
import { requireFaultless } from "@/lib/policies/check-document";
import { orderTerms, proveOrder } from "@/lib/policies/custodian-order";
import {
  aboutSet,
  documentOf,
  loadSet,
  loadSetLocked,
  requireRevision,
  requireState,
} from "@/lib/policies/load-set";
import type { DecideBody, PolicySetAnswer } from "@/lib/policies/schema";
import { changeSet, findDryRun, holdSets, isGainer, type WholeSetRow } from "@/lib/policies/store";
import { isCurrentRun } from "@/lib/policies/view";
import { decidingDuties, neededApprovals, requireAuthor, requireWriter } from "@/lib/policies/who-may";

async function submit(tx: Tx, cx: Context, number: number, ifMatch: string | undefined): Promise<Acted> {
  const { tenantId } = cx.instance;
  await holdSets(tx, tenantId);
  const set = await loadSetLocked(tx, cx, number);
  requireAuthor(cx.principal, set);
  requireState(set, "draft");
  requireRevision(set, ifMatch);
  // This build may be newer than the one that saved the draft, and may find more faults.
  await requireFaultless(documentOf(set));
  const active = (await findActivation(tx, tenantId))?.number;
  const run = await findDryRun(tx, set.id, "done");
  if (run === undefined || run.outcome === null || active === undefined || !isCurrentRun(run, set, active))
    throw new DomainError("policy.dry-run", {
      detail: `Start a dry run of this text against version ${active ?? "in force"}, and submit when it is done.`,
    });
  const { gains } = run;
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "done", action: "policy.submit" },
    ...aboutSet(set, { base: active, run: run.id, proof: run.outcome, gains, round: set.round + 1 }),
  });
  await changeSet(tx, set.id, {
    ...{ state: "submitted", round: set.round + 1, submitted_at: cx.clock.now() },
    ...{ base_number: active, run_id: run.id, gains },
  });
  return { number, entry };
}

/**
 * Submits a draft for approval. Throws `policy.dry-run` without a finished dry run of this document against the active
 * set, and what saving a draft throws.
 */
export function submitSet(
  cx: Context,
  number: number,
  ifMatch: string | undefined,
): Promise<PolicySetAnswer> {
  return answerAct(cx, (tx) => submit(tx, cx, number, ifMatch));
}

/** Throws `policy.second-person` for the author and people who gain by the set, with any of their accounts. */
async function requireSecondPerson(tx: Tx, { principal }: Context, set: WholeSetRow): Promise<void> {
  const refuse = (detail: string) => ownApproval("policy.second-person", detail);
  if (set.author !== null && (await isSameHuman(tx, principal.userId, set.author)))
    throw refuse("You wrote this version. Another person decides on it.");
  if (set.run_id !== null && (await isGainer(tx, set.run_id, principal.userId)))
    throw refuse(
      "You would gain access by this version. A person who does not gain access must decide on it.",
    );
}

/** Throws `policy.second-person` where another account of the same person decided on this submission. */
async function requireFirstDecision(tx: Tx, { principal }: Context, decided: readonly string[]) {
  for (const id of decided)
    if (await isSameHuman(tx, principal.userId, id))
      throw ownApproval("policy.second-person", "You have decided on this version already.");
}

const NEXT = { refuse: "refused", send_back: "draft" } as const;

/** Throws `request.conflict` where the person read another submission than the present one. */
function requireRead({ revision }: WholeSetRow, read: number): void {
  if (revision === read) return;
  throw new DomainError("request.conflict", {
    detail: `You read revision ${read}. The version has revision ${revision} now. Read it again.`,
    extra: { version: revision },
  });
}

/** Returns the duties with which the caller decides on this submission. Throws what `decideSet` throws. */
async function requireDecider(tx: Tx, cx: Context, set: WholeSetRow, body: DecideBody) {
  requireState(set, "submitted");
  requireRead(set, body.revision);
  const duties = decidingDuties(cx.principal);
  if (duties.length === 0)
    throw new DomainError("access.forbidden", {
      detail: "You need the duty approve or legal to decide on a version.",
    });
  await requireSecondPerson(tx, cx, set);
  return duties;
}

/** Returns the approver's signed statement for the custodian. It is checked now, while the approver can still sign again. */
async function signApproval(
  cx: Context,
  number: number,
  body: DecideBody,
): Promise<SignedPolicy | undefined> {
  if (body.decision !== "approve") return undefined;
  const { set, active } = await inSnapshot(cx, async (tx) => {
    const one = await loadSet(tx, cx, number);
    await requireDecider(tx, cx, one, body);
    return { set: one, active: (await findActivation(tx, cx.instance.tenantId))?.document_digest };
  });
  if (active === undefined) throw new DomainError("policy.unavailable");
  return proveOrder(cx, () => orderTerms(cx, set, { act: "activate", active }), body.signature);
}

async function decide(
  tx: Tx,
  cx: Context,
  number: number,
  body: DecideBody,
  signed: SignedPolicy | undefined,
): Promise<Acted> {
  const { decision, reason } = body;
  const { tenantId } = cx.instance;
  const set = await loadSetLocked(tx, cx, number);
  const duties = await requireDecider(tx, cx, set, body);
  const rows = (await listApprovals(tx, set.id)).filter(({ round }) => round === set.round);
  await requireFirstDecision(
    tx,
    cx,
    rows.map((row) => row.user_id),
  );
  const at = cx.clock.now();
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "done", action: "policy.decide" },
    ...(decision === "approve" ? { pub: { policy: approvalDigest({ ...set, duties }) } } : {}),
    ...aboutSet(set, { decision, reason, duties: duties.join(" "), round: set.round }),
  });
  const own = {
    ...{ round: set.round, user_id: cx.principal.userId, decision, duties, reason, at },
    ...{ document_digest: set.document_digest, entry_id: entry.id, signed: signed ?? null },
  };
  const isApproved = neededApprovals(set.gains ?? true, approvalsOf([...rows, own], set.round)).length === 0;
  await insertApproval(tx, tenantId, { ...own, id: uuidv7(at.getTime()), setId: set.id });
  if (decision === "refuse")
    await changeSet(tx, set.id, { state: NEXT.refuse, ended_at: at, end_reason: reason });
  else if (decision === "send_back") await changeSet(tx, set.id, { state: NEXT.send_back });
  else if (isApproved) await changeSet(tx, set.id, { state: "approved" });
  return { number, entry };
}

/**
 * Approves a submitted set, refuses it, or sends it back to its author. One approval by a person with the duty approve is
 * enough where no one gains. Otherwise two people approve, one of them with the duty legal. Throws `policy.state`,
 * `request.conflict` where the set was submitted again since it was read, `policy.second-person` for the author, people who gain, and a second decision, and `access.forbidden`.
 */
export async function decideSet(cx: Context, number: number, body: DecideBody): Promise<PolicySetAnswer> {
  requireWriter(cx.principal);
  const signed = await signApproval(cx, number, body);
  try {
    return await answerAct(cx, (tx) => decide(tx, cx, number, body, signed));
  } catch (error) {
    if (isUniqueViolation(error))
      throw new DomainError("policy.second-person", { detail: "You have decided on this version already." });
    throw error;
  }
}
