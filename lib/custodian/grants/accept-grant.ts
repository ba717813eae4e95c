import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { type Core, remember } from "@/lib/custodian/core";
import { checkBreakGlass, proveBreakGlass } from "@/lib/custodian/grants/break-glass";
import { namedCoViewers } from "@/lib/custodian/grants/co-viewers";
import { checkDispute, proveDispute } from "@/lib/custodian/grants/dispute";
import { checkRelease, proveRelease } from "@/lib/custodian/grants/release";
import { checkAuthorization, effectiveScope, instantOf } from "@/lib/custodian/grants/scope";
import { beginWith, withinSet } from "@/lib/custodian/policies/within-set";
import { refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import {
  assuranceOf,
  type Proof,
  proveSignature,
  requireFresh,
  rulesOf,
} from "@/lib/custodian/roster/signature";
import type { DecidedSubmission, RosterPerson, SignedDecision } from "@/lib/escrow/protocol/messages";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { isSameOrganisation } from "@/lib/escrow/protocol/same-organisation";
import {
  type DecisionStatement,
  type GrantOkStatement,
  recordDigest,
} from "@/lib/escrow/protocol/statements";
import type { GrantSubmission } from "@/lib/escrow/protocol/submissions";

const STAGE_DUTY = { legal: "legal", coordinator: "approve" } as const;
function requirePerson(roster: Roster, person: string, as: "requester" | "approver"): RosterPerson {
  return findPerson(roster, person) ?? refuse(as, `${person} is not on the roster.`);
}

/** Checks one decision alone: it is for this log, approves, and is signed by a person who may decide this stage. */
async function proveDecision(
  core: Core,
  roster: Roster,
  { statement, signature }: SignedDecision,
): Promise<Proof> {
  if (statement.log !== core.log) refuse("log", "A decision is for another log.");
  if (statement.decision !== "approve") refuse("decision", "A decision is not an approval.");
  const requester = requirePerson(roster, statement.requester, "requester");
  const approver = requirePerson(roster, statement.approver, "approver");
  if (approver.person === requester.person) refuse("self-approval", "The requester cannot approve.");
  if (isSameOrganisation(approver.organisation, requester.organisation)) {
    refuse("organisation", "Members of the requester's organisation cannot approve.");
  }
  if (!approver.duties.includes(STAGE_DUTY[statement.stage])) {
    refuse("duty", `${approver.person} does not have the duty of stage ${statement.stage}.`);
  }
  return proveSignature(rulesOf(core, roster), approver, "decision", statement, signature);
}

function checkNotEnded(core: Core, grant: string): void {
  if (core.memory.grants.isRevoked(grant)) refuse("revoked", "The grant was revoked.");
  if (core.memory.grants.isSuspended(grant)) refuse("suspended", "The grant was suspended.");
}

/**
 * Proves each signed statement of a submission alone. It takes time and changes nothing. `acceptGrant` checks the
 * proofs together in the step that remembers the grant.
 */
export async function proveSubmission(
  core: Core,
  roster: Roster,
  submission: GrantSubmission,
): Promise<readonly Proof[]> {
  const { grant } = submission;
  checkNotEnded(core, grant);
  if (core.memory.grants.find(grant) !== undefined) return [];
  if ("dispute" in submission) return [await proveDispute(core, roster, submission)];
  if ("releases" in submission) return proveRelease(core, roster, submission);
  if ("emergency" in submission) return [await proveBreakGlass(core, roster, submission)];
  const proofs: Proof[] = [];
  for (const decision of submission.decisions) proofs.push(await proveDecision(core, roster, decision));
  return proofs;
}

function requireSame(decisions: readonly DecisionStatement[], member: keyof DecisionStatement): void {
  const reason = SAME[member] ?? "format";
  if (new Set(decisions.map((decision) => decision[member])).size !== 1) {
    refuse(reason, `The decisions differ in ${member}.`);
  }
}

const SAME: Partial<
  Record<keyof DecisionStatement, "request" | "request-digest" | "requester" | "purpose" | "authorization">
> = {
  request: "request",
  request_digest: "request-digest",
  requester: "requester",
  purpose: "purpose",
  authorization: "authorization",
};

/** Checks the decisions together: one request, different people, and at least one of each stage. A policy may ask for more. */
function checkTogether(decisions: readonly DecisionStatement[]): void {
  for (const member of ["request", "request_digest", "requester", "purpose", "authorization"] as const) {
    requireSame(decisions, member);
  }
  if (new Set(decisions.map(({ approver }) => approver)).size !== decisions.length) {
    refuse("same-person", "One person decided twice.");
  }
  const stages = new Set(decisions.map(({ stage }) => stage));
  if (!stages.has("legal") || !stages.has("coordinator"))
    refuse("stage", "At least one decision of each stage is required.");
}

function checkNonces(core: Core, grant: string, decisions: readonly DecisionStatement[]): void {
  const nonces = decisions.map(({ nonce }) => nonce);
  const isUsed = nonces.some((nonce) => core.memory.nonceOwner(nonce) !== undefined);
  if (isUsed || new Set(nonces).size !== nonces.length) {
    refuse("nonce", `A decision given for grant ${grant} was used before.`);
  }
}

export interface CheckedGrant {
  readonly statement: GrantOkStatement;
  readonly digest: string;
  readonly isKnown: boolean;
  /** The participant whose dispute statement replaces the decisions. */
  readonly party?: string;
  /** Organisations of the executives whose statements replace the decisions. */
  readonly organisations?: string[];
}

/** Returns the digest of a submission without its registrations, and without the policy set: it may change between two tries. */
function submissionDigest(submission: GrantSubmission): string {
  const { registrations: _registrations, ...rest } = submission;
  if (!("decisions" in rest)) return recordDigest(rest);
  const { policy: _policy, ...decided } = rest;
  return recordDigest(decided);
}

/** Limits the views to what suspended grants of the same request have left, so that a suspension gives no fresh budget. */
function viewsLeft(core: Core, request: string, decided: number): number {
  const left = Math.min(decided, core.memory.grants.leftOf(request) ?? decided);
  return left > 0
    ? left
    : refuse("views-exhausted", "The suspended grant of this request has no views left.");
}

/** Makes every check of decisions and returns their common scope. */
function checkDecided(
  core: Core,
  roster: Roster,
  submission: DecidedSubmission,
  proofs: readonly Proof[],
): GrantOkStatement {
  const { grant, authorization } = submission;
  const decisions = submission.decisions.map(({ statement }) => statement);
  checkTogether(decisions);
  checkNonces(core, grant, decisions);
  const [first] = decisions;
  if (first === undefined) return refuse("format", "There is no decision.");
  const requester = requirePerson(roster, first.requester, "requester");
  checkAuthorization(first, requester, authorization);
  const decided = effectiveScope(decisions, requester, authorization);
  const allowed = withinSet(core, submission.policy, decided);
  const scope = { ...allowed, max_views: viewsLeft(core, first.request, allowed.max_views) };
  if (instantOf(scope.not_after) <= core.clock.nowMs()) refuse("dates", "The grant has ended already.");
  const { purpose } = first;
  const named = namedCoViewers(roster, decisions, submission.request);
  const viewers = named.length === 0 ? {} : { co_viewers: named };
  const assurance = assuranceOf(
    core,
    proofs.map((proof) => proof.assurance),
  );
  return { log: core.log, grant, ...scope, purpose, requester: requester.person, ...viewers, assurance };
}

/**
 * Makes every check of a submission and changes nothing. A repeated submission gets the first answer, except that the
 * custodian may have become an evaluation since and then adds its mark.
 */
export function checkGrant(
  core: Core,
  roster: Roster,
  submission: GrantSubmission,
  proofs: readonly Proof[],
): CheckedGrant {
  const { grant } = submission;
  const digest = submissionDigest(submission);
  checkNotEnded(core, grant);
  const known = core.memory.grants.find(grant);
  if (known !== undefined) {
    if (known.digest !== digest)
      refuse("grant-conflict", "The custodian has this grant with other statements.");
    const { assurance } = known.statement;
    const statement = { ...known.statement, assurance: assuranceOf(core, [assurance]) };
    return { statement, digest, isKnown: true };
  }
  requireSameRoster(core, roster);
  for (const one of proofs) requireFresh(core, one);
  const [proof] = proofs;
  if (proof === undefined) return refuse("format", "There is no signed statement.");
  if ("dispute" in submission) {
    return { ...checkDispute(core, roster, submission, proof), digest, isKnown: false };
  }
  if ("releases" in submission) {
    return { ...checkRelease(core, roster, submission, proofs), digest, isKnown: false };
  }
  if ("emergency" in submission) {
    return { statement: checkBreakGlass(core, roster, submission, proof), digest, isKnown: false };
  }
  return { statement: checkDecided(core, roster, submission, proofs), digest, isKnown: false };
}

/** Accepts a grant for good after checking it again in one synchronous step, and signs the scope that will be enforced. */
export function acceptGrant(
  core: Core,
  roster: Roster,
  submission: GrantSubmission,
  proofs: readonly Proof[],
): { statement: GrantOkStatement; signature: string } {
  const checked = checkGrant(core, roster, submission, proofs);
  const { statement, digest } = checked;
  if (!checked.isKnown) {
    if ("decisions" in submission) beginWith(core, submission.policy);
    remember(core, { kind: "grant", digest, statement, ...basisOf(submission, checked) });
  }
  const signature = core.identity.signNow(statementBytes("grant-ok", statement));
  return { statement, signature: toBase64url(signature) };
}

/** Returns what the journal stores about the basis of a grant. */
function basisOf(submission: GrantSubmission, { party, organisations }: CheckedGrant) {
  if ("dispute" in submission) {
    return { decisions: [], dispute: submission.dispute, ...(party === undefined ? {} : { party }) };
  }
  if ("releases" in submission) {
    const { releases, authorization } = submission;
    return { decisions: [], releases, authorization, organisations: organisations ?? [] };
  }
  if ("emergency" in submission) return { decisions: [], emergency: submission.emergency };
  const { decisions, authorization, policy } = submission;
  return {
    decisions,
    ...(authorization === undefined ? {} : { authorization }),
    ...(policy === undefined ? {} : { policy }),
  };
}
