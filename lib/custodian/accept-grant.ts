import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { signStatement } from "@/lib/crypto/statement";
import { type Core, remember } from "@/lib/custodian/core";
import type { Roster } from "@/lib/custodian/records";
import { refuse } from "@/lib/custodian/refused";
import { findPerson } from "@/lib/custodian/roster";
import { effectiveScope, instantOf } from "@/lib/custodian/scope";
import { type Assurance, assuranceOf, requireSignature } from "@/lib/custodian/signature";
import type {
  AuthorizationRecord,
  GrantSubmission,
  RosterPerson,
  SignedDecision,
} from "@/lib/escrow/protocol";
import { type DecisionStatement, type GrantOkStatement, recordDigest } from "@/lib/escrow/statements";

const STAGE_DUTY = { legal: "legal", coordinator: "approve" } as const;
/** Purposes that need a legal authority whoever asks; regulators and auditors need one for every purpose. */
const AUTHORIZED_PURPOSES: readonly string[] = ["audit", "compliance", "reporting"];
const OFFICERS: readonly string[] = ["regulator", "auditor"];

function requirePerson(roster: Roster, person: string, as: "requester" | "approver"): RosterPerson {
  return findPerson(roster, person) ?? refuse(as, `${person} does not stand in the roster.`);
}

/** One decision by itself: for this log, an approval, by somebody who may take this stage, and signed. */
function checkDecision(core: Core, roster: Roster, { statement, signature }: SignedDecision): Assurance {
  if (statement.log !== core.log) refuse("log", "A decision is for another log.");
  if (statement.decision !== "approve") refuse("decision", "A decision is not an approval.");
  const requester = requirePerson(roster, statement.requester, "requester");
  const approver = requirePerson(roster, statement.approver, "approver");
  if (approver.person === requester.person) refuse("self-approval", "The requester cannot approve.");
  if (approver.organisation === requester.organisation) {
    refuse("organisation", "Nobody of the requester's organisation can approve.");
  }
  if (!approver.duties.includes(STAGE_DUTY[statement.stage])) {
    refuse("duty", `${approver.person} does not hold the duty of stage ${statement.stage}.`);
  }
  return requireSignature(
    { log: core.log, isEvaluation: core.isEvaluation, roster },
    approver,
    "decision",
    statement,
    signature,
  );
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

/** The decisions together: about one request, by two different people, one for each stage. */
function checkTogether(decisions: readonly DecisionStatement[]): void {
  for (const member of ["request", "request_digest", "requester", "purpose", "authorization"] as const) {
    requireSame(decisions, member);
  }
  if (new Set(decisions.map(({ approver }) => approver)).size !== decisions.length) {
    refuse("same-person", "One person decided twice.");
  }
  const stages = decisions.map(({ stage }) => stage).sort();
  if (stages.join() !== "coordinator,legal")
    refuse("stage", "Exactly one decision of each stage is required.");
}

function checkNonces(core: Core, grant: string, decisions: readonly DecisionStatement[]): void {
  const nonces = decisions.map(({ nonce }) => nonce);
  const isUsed = nonces.some((nonce) => core.memory.nonceOwner(nonce) !== undefined);
  if (isUsed || new Set(nonces).size !== nonces.length) {
    refuse("nonce", `A decision given for grant ${grant} was used before.`);
  }
}

function checkAuthorization(
  decision: DecisionStatement,
  requester: RosterPerson,
  record: AuthorizationRecord | undefined,
): void {
  const isOfficer = requester.role !== undefined && OFFICERS.includes(requester.role);
  if (decision.authorization === undefined) {
    if (isOfficer || AUTHORIZED_PURPOSES.includes(decision.purpose)) {
      refuse("authorization", "No legal authority stands in the decisions.");
    }
    if (record !== undefined)
      refuse("authorization", "The decisions name no authorization, but one was given.");
    return;
  }
  if (record === undefined) refuse("authorization", "The authorization's record is missing.");
  if (recordDigest(record) !== decision.authorization) {
    refuse("authorization", "The authorization is not the one that was decided on.");
  }
}

export interface CheckedGrant {
  readonly statement: GrantOkStatement;
  readonly digest: string;
  readonly isKnown: boolean;
}

/** Digest of what was submitted, registrations left out. */
function submissionDigest({ grant, decisions, authorization }: GrantSubmission): string {
  return recordDigest({ grant, decisions, ...(authorization === undefined ? {} : { authorization }) });
}

/**
 * Every check of a submission; nothing changes. A repeated submission is answered as the first was, but for
 * the mark of an evaluation, which the custodian may bear since.
 */
export function checkGrant(core: Core, roster: Roster, submission: GrantSubmission): CheckedGrant {
  const { grant, authorization } = submission;
  const digest = submissionDigest(submission);
  if (core.memory.isRevoked(grant)) refuse("revoked", "The grant was revoked.");
  const known = core.memory.grant(grant);
  if (known !== undefined) {
    if (known.digest !== digest) refuse("grant-conflict", "The grant is known with other decisions.");
    const { assurance } = known.statement;
    const statement = { ...known.statement, assurance: assuranceOf(core, [assurance]) };
    return { statement, digest, isKnown: true };
  }
  const assurances = submission.decisions.map((decision) => checkDecision(core, roster, decision));
  const decisions = submission.decisions.map(({ statement }) => statement);
  checkTogether(decisions);
  checkNonces(core, grant, decisions);
  const [first] = decisions;
  if (first === undefined) return refuse("format", "There is no decision.");
  const requester = requirePerson(roster, first.requester, "requester");
  checkAuthorization(first, requester, authorization);
  const scope = effectiveScope(decisions, requester, authorization);
  if (instantOf(scope.not_after) <= core.clock.nowMs()) refuse("dates", "The grant has ended already.");
  const assurance = assuranceOf(core, assurances);
  const { purpose } = first;
  const statement = {
    log: core.log,
    grant,
    ...scope,
    purpose,
    requester: requester.person,
    assurance,
  } as const;
  return { statement, digest, isKnown: false };
}

/** Takes a grant for good, after checking it once more in one go, and signs the scope that will be enforced. */
export function acceptGrant(
  core: Core,
  roster: Roster,
  submission: GrantSubmission,
): { statement: GrantOkStatement; signature: string } {
  const { statement, digest, isKnown } = checkGrant(core, roster, submission);
  const { decisions, authorization } = submission;
  if (!isKnown) {
    remember(core, {
      kind: "grant",
      digest,
      statement,
      decisions,
      ...(authorization === undefined ? {} : { authorization }),
    });
  }
  const signature = core.identity.withSeed((seed) => signStatement(seed, "grant-ok", statement));
  return { statement, signature: toBase64url(signature) };
}
