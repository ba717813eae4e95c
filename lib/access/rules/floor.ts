import type {
  BreakGlassFacts,
  DisputeFacts,
  GrantFacts,
  OpeningFacts,
  SubjectFacts,
} from "@/lib/access/rules/facts";
import { isWithin, STEP_UP_MS } from "@/lib/access/rules/limits";
import { type Reason, reason } from "@/lib/access/rules/reason";

/** States of an authorization in which a grant may rest on it. */
const LIVE_AUTHORIZATION: ReadonlySet<string> = new Set([
  "signature_verified",
  "attested",
  "approved",
  "active",
]);

/** Whether this person is a party of the record and acts as one. */
export function isOwnRecord(facts: OpeningFacts): boolean {
  const { role, participantId } = facts.subject;
  if (role !== "client" && role !== "miner") return false;
  return participantId !== undefined && facts.record.participants.includes(participantId);
}

/** A person with the support duty counts as support, whatever other duties they have. */
export function isSupport(subject: Pick<SubjectFacts, "duties">): boolean {
  return subject.duties.includes("support");
}

function grantReasons(facts: OpeningFacts, grant: GrantFacts): Reason[] {
  const no = (id: string, detail: string): Reason => reason(id, "access.no-grant", detail);
  const found: Reason[] = [];
  const { userId } = facts.subject;
  if (grant.subjectUserId !== userId && grant.viewers?.includes(userId) !== true)
    found.push(no("floor.grant-of-another", "No grant of yours covers this."));
  if (!grant.transactions.includes(facts.record.transactionId))
    found.push(no("floor.grant-transaction", "The grant does not name this transaction."));
  return [...found, ...standingReasons(facts, grant)];
}

/** Who uses a grant, and when. */
interface Using {
  readonly subject: Pick<SubjectFacts, "userId" | "organisationId" | "role" | "duties">;
  readonly now: Date;
}

/**
 * Returns the reasons why a grant of any kind is not in force for its holder at this moment; an empty list means it is
 * in force.
 */
export function standingReasons(facts: Using, grant: GrantFacts): Reason[] {
  const no = (id: string, detail: string): Reason => reason(id, "access.no-grant", detail);
  const found: Reason[] = [];
  if (grant.state === "exhausted")
    found.push(reason("floor.views", "access.views-exhausted", "The grant has no views left."));
  else if (grant.state !== "active")
    found.push(no("floor.grant-state", `The grant is not in force: it is ${grant.state}.`));
  if (!isWithin(grant.notBefore, grant.notAfter, facts.now))
    found.push(
      no(
        "floor.grant-time",
        facts.now < grant.notBefore ? "The grant is not in force yet." : "The grant has ended.",
      ),
    );
  if (grant.dispute !== undefined) return [...found, ...disputeReasons(facts, grant, grant.dispute)];
  if (grant.breakGlass !== undefined) return [...found, ...breakGlassReasons(facts, grant, grant.breakGlass)];
  return [...found, ...authorizationReasons(facts, grant), ...approvalReasons(grant)];
}

/** A party's dispute gives masked fields only to the one support person who took it, and gives other people nothing. */
function disputeReasons(facts: Using, grant: GrantFacts, dispute: DisputeFacts): Reason[] {
  const { subject } = facts;
  const no = (id: string, detail: string): Reason => reason(id, "access.no-grant", detail);
  const found: Reason[] = [];
  if (!dispute.isLive) found.push(no("floor.dispute-ended", "The dispute has ended."));
  if (!isSupport(subject) || dispute.takenBy !== subject.userId)
    found.push(no("floor.dispute-holder", "The dispute is with another support person."));
  if (dispute.partyOrganisations.includes(subject.organisationId))
    found.push(
      no("floor.dispute-party", "Members of a party's organisation cannot see its dispute as support."),
    );
  if (grant.level !== "masked")
    found.push(reason("floor.dispute-masked", "access.level", "A dispute opens masked fields only."));
  return found;
}

/** Break-glass gives a named holder masked fields without approval or authority, and gives other people nothing. */
function breakGlassReasons({ subject }: Using, grant: GrantFacts, breakGlass: BreakGlassFacts): Reason[] {
  const no = (id: string, detail: string): Reason => reason(id, "access.no-grant", detail);
  const found: Reason[] = [];
  if (subject.role !== "coordinator" || !subject.duties.includes("break-glass"))
    found.push(
      no("floor.break-glass-duty", "Only people with the duty break-glass can use emergency access."),
    );
  if (breakGlass.partyOrganisations.includes(subject.organisationId))
    found.push(
      no(
        "floor.break-glass-party",
        "Members of a party's organisation cannot use emergency access for its transactions.",
      ),
    );
  if (grant.level !== "masked")
    found.push(
      reason("floor.break-glass-masked", "access.level", "Emergency access shows masked fields only."),
    );
  return found;
}

function authorizationReasons(facts: Using, grant: GrantFacts): Reason[] {
  const no = (id: string, detail: string): Reason => reason(id, "access.no-grant", detail);
  const { authorization } = grant;
  if (authorization === undefined) {
    const needed = facts.subject.role === "regulator" || facts.subject.role === "auditor";
    return needed ? [no("floor.authorization-missing", "The grant rests on no legal authority.")] : [];
  }
  const found: Reason[] = [];
  if (!LIVE_AUTHORIZATION.has(authorization.state))
    found.push(no("floor.authorization-state", "The legal authority must be verified or attested."));
  if (!isWithin(authorization.validFrom, authorization.validUntil, facts.now))
    found.push(no("floor.authorization-time", "The legal authority is not valid now."));
  return found;
}

/** The requester and members of their organisation never decide. Full disclosure needs two different people. */
function approvalReasons(grant: GrantFacts): Reason[] {
  const found: Reason[] = [];
  const approvers = new Set(grant.approvals.map((approval) => approval.approverUserId));
  if (approvers.has(grant.subjectUserId))
    found.push(
      reason("floor.self-approval", "access.no-grant", "The requester decided on their own request."),
    );
  if ([...(grant.coViewers ?? []), ...(grant.viewers ?? [])].some((one) => approvers.has(one)))
    found.push(
      reason("floor.co-viewer", "access.no-grant", "A co-viewer decided on a request they can view."),
    );
  if (grant.approvals.some((one) => one.approverOrganisationId === grant.requesterOrganisationId))
    found.push(
      reason(
        "floor.organisation",
        "access.no-grant",
        "The requester's own organisation decided on the request.",
      ),
    );
  const needed = grant.level === "full" ? 2 : 1;
  if (approvers.size < needed)
    found.push(
      reason("floor.approvers", "access.no-grant", "The grant lacks an approval of a second person."),
    );
  return found;
}

function maskReasons(facts: OpeningFacts): Reason[] {
  if (!isSupport(facts.subject) || facts.grant?.level === "masked") return [];
  return [reason("floor.support-masked", "access.level", "Support sees masked fields only.")];
}

/**
 * Checks the age of a session's proof by every factor the person has; any time beyond the limit is too old. A party
 * that has only a password proves itself with it; all other people need a second factor.
 */
export function stepUpReasons(
  { proof, hasSecondFactor }: Pick<SubjectFacts, "proof" | "hasSecondFactor">,
  isOwn: boolean,
  now: Date,
): Reason[] {
  if (proof.kind !== "session") return [];
  const provedAt = isOwn && !hasSecondFactor ? proof.provedAt : proof.multiFactorAt;
  const age = now.getTime() - (provedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (age >= 0 && age <= STEP_UP_MS) return [];
  return [
    reason(
      "floor.step-up",
      "auth.step-up",
      "Confirm your identity again. The last proof must be at most 15 minutes old.",
    ),
  ];
}

/**
 * A bearer key opens only its own participant's records. Everything else needs a signed call, or an evaluation
 * instance.
 */
function programReasons(facts: OpeningFacts): Reason[] {
  const { proof } = facts.subject;
  if (proof.kind !== "api-key" || proof.signed || facts.isEvaluation || isOwnRecord(facts)) return [];
  return [
    reason("floor.unsigned-call", "auth.signature-required", "Outside evaluation this call must be signed."),
  ];
}

function statementReasons(facts: OpeningFacts): Reason[] {
  if (isOwnRecord(facts) || facts.isEvaluation || facts.opening === "signed") return [];
  return [
    reason(
      "floor.statement",
      "statement.required",
      "Every opening needs a statement signed by the person who opens.",
    ),
  ];
}

/** Refusals that say who may see plaintext at all; they come before any rule. */
export function floorReasons(facts: OpeningFacts): Reason[] {
  if (!facts.subject.isActive)
    return [reason("floor.inactive", "access.inactive", "The account is not active.")];
  if (isOwnRecord(facts)) return [];
  if (facts.subject.role === "client" || facts.subject.role === "miner")
    return [reason("floor.not-a-party", "transaction.not-found", "Transaction not found.")];
  if (facts.grant === undefined)
    return [reason("floor.no-grant", "access.no-grant", "You have no grant in force that covers this.")];
  return [...grantReasons(facts, facts.grant), ...maskReasons(facts)];
}

/**
 * Refusals that a fresh proof would lift. They come last, so that a person proves their identity only when that helps.
 */
export function proofReasons(facts: OpeningFacts): Reason[] {
  return [
    ...programReasons(facts),
    ...statementReasons(facts),
    ...stepUpReasons(facts.subject, isOwnRecord(facts), facts.now),
  ];
}
