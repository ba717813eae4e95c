import "server-only";
import { type Core, remember } from "@/lib/custodian/core";
import { instantOf } from "@/lib/custodian/grants/scope";
import { refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import {
  assuranceOf,
  type Proof,
  proveSignature,
  requireFresh,
  rulesOf,
} from "@/lib/custodian/roster/signature";
import {
  BREAK_GLASS_DUTY,
  EMERGENCY_PURPOSE,
  EMERGENCY_VIEWS,
  MAX_EMERGENCY_MS,
  MIN_REASON_LENGTH,
  REVIEW_MS,
  REVIEWING_DUTIES,
  type ReviewStatement,
  reasonDigest,
  type SignedReview,
} from "@/lib/escrow/protocol/break-glass-statement";
import { findPerson, partiesOrganisations, type Roster } from "@/lib/escrow/protocol/roster";
import { isSameOrganisation } from "@/lib/escrow/protocol/same-organisation";
import { type GrantOkStatement, recordDigest, validityTime } from "@/lib/escrow/protocol/statements";
import type { EmergencySubmission, ReviewResponse } from "@/lib/escrow/protocol/submissions";

/** Tolerance for two clocks that differ. The hour itself runs by the custodian's clock. */
const SLACK_MS = 60_000;

/** Proves that a holder on the roster signed. Nothing is remembered. */
export async function proveBreakGlass(
  core: Core,
  roster: Roster,
  { emergency: { statement, signature } }: EmergencySubmission,
): Promise<Proof> {
  if (statement.log !== core.log) refuse("log", "The statement is for another log.");
  const holder =
    findPerson(roster, statement.requester) ??
    refuse("requester", `${statement.requester} is not on the roster.`);
  if (!holder.duties.includes(BREAK_GLASS_DUTY)) {
    refuse("duty", `${holder.person} does not have the duty ${BREAK_GLASS_DUTY}.`);
  }
  return proveSignature(rulesOf(core, roster), holder, "break-glass", statement, signature);
}

/** Refuses a holder with an earlier use that is unreviewed or unjustified, whatever the portal says. */
function checkNotBlocked(core: Core, holder: string): void {
  const { emergencies } = core.memory;
  if (emergencies.waitingOf(holder) !== undefined) {
    refuse("review-due", "An earlier use by this person waits for its review.");
  }
  if (emergencies.isBarred(holder)) {
    refuse("review-due", "An earlier use by this person was found unjustified.");
  }
}

/** Refuses a member of a party's organisation. Each opening checks this again. */
export function checkBreakGlassStands(
  core: Core,
  roster: Roster,
  { transactions, requester }: Pick<GrantOkStatement, "transactions" | "requester">,
): void {
  const holder = findPerson(roster, requester) ?? refuse("requester", `${requester} is not on the roster.`);
  if (!holder.duties.includes(BREAK_GLASS_DUTY)) {
    refuse("duty", `${holder.person} does not have the duty ${BREAK_GLASS_DUTY}.`);
  }
  const parties = transactions.flatMap((tx) => core.registrations.find(tx)?.parties ?? []);
  const organisations = partiesOrganisations(roster, parties);
  if (organisations.some((own) => isSameOrganisation(own, holder.organisation))) {
    refuse("party", "Members of a party's organisation cannot use emergency access for its transactions.");
  }
}

/** Makes every check of an emergency except its proof, and returns the scope: masked, for an hour at most, from now on. */
export function checkBreakGlass(
  core: Core,
  roster: Roster,
  { grant, emergency: { statement: given }, reason }: EmergencySubmission,
  proof: Proof,
): GrantOkStatement {
  const now = core.clock.nowMs();
  const isSorted = (list: readonly string[]) =>
    list.every((one, at) => at === 0 || (list[at - 1] ?? "") < one);
  if (!isSorted(given.transactions) || !isSorted(given.groups)) {
    refuse("format", "A list is not sorted, or names something twice.");
  }
  if (reasonDigest(reason) !== given.reason) refuse("reason", "The reason is not the one that was signed.");
  if (reason.trim().length < MIN_REASON_LENGTH) {
    refuse("reason", `A reason has ${MIN_REASON_LENGTH} characters or more.`);
  }
  if (core.memory.nonceOwner(given.nonce) !== undefined) refuse("nonce", "The statement was used before.");
  checkNotBlocked(core, given.requester);
  const end = instantOf(given.not_after);
  if (end <= now) refuse("dates", "The time in the signed statement is over.");
  if (end > now + MAX_EMERGENCY_MS + SLACK_MS) refuse("dates", "Emergency access lasts one hour at most.");
  const statement: GrantOkStatement = {
    log: core.log,
    grant,
    transactions: given.transactions,
    groups: given.groups,
    masked_groups: given.groups,
    level: given.level,
    purpose: EMERGENCY_PURPOSE,
    requester: given.requester,
    not_before: validityTime(core.clock.now()),
    not_after: validityTime(new Date(Math.min(end, now + MAX_EMERGENCY_MS))),
    max_views: EMERGENCY_VIEWS,
    assurance: assuranceOf(core, [proof.assurance]),
  };
  checkBreakGlassStands(core, roster, statement);
  return statement;
}

async function proveReview(
  core: Core,
  roster: Roster,
  { statement, signature }: SignedReview,
): Promise<Proof> {
  if (statement.log !== core.log) refuse("log", "The review is for another log.");
  const reviewer =
    findPerson(roster, statement.reviewer) ??
    refuse("approver", `${statement.reviewer} is not on the roster.`);
  if (!reviewer.duties.some((duty) => REVIEWING_DUTIES.includes(duty))) {
    refuse("duty", `A review needs one of the duties ${REVIEWING_DUTIES.join(", ")}.`);
  }
  return proveSignature(rulesOf(core, roster), reviewer, "review", statement, signature);
}

/** Checks that the reviewed use has ended, is the one that was signed for, and belongs to another person. */
function checkReview(
  core: Core,
  { grant, emergency, reviewer }: ReviewStatement,
): { readonly late: boolean } {
  const { memory } = core;
  const held = memory.emergencies.find(grant);
  if (held === undefined)
    return refuse("unknown-grant", "The custodian does not know this use of emergency access.");
  if (held.digest !== emergency) refuse("statement", "The review is of another statement.");
  if (held.holder === reviewer) refuse("self-approval", "You cannot review your own emergency access.");
  if (memory.emergencies.waitingOf(reviewer) !== undefined || memory.emergencies.isBarred(reviewer)) {
    refuse(
      "review-due",
      "A person whose own use waits for a review, or was found unjustified, cannot review others.",
    );
  }
  const now = core.clock.nowMs();
  const isOver = now >= held.endsMs || memory.grants.isRevoked(grant) || memory.grants.isSuspended(grant);
  if (!isOver) refuse("dates", "The use has not ended. End it first, or wait.");
  return { late: now > held.beganMs + REVIEW_MS };
}

/**
 * Takes another person's review of a use, once. A repetition gets the first answer; a different review is refused. A
 * justified use unblocks its holder. An unjustified use blocks its holder until a roster has removed the duty.
 */
export async function acceptReview(
  core: Core,
  roster: Roster,
  review: SignedReview,
): Promise<ReviewResponse> {
  const { statement } = review;
  const proof = await proveReview(core, roster, review);
  requireSameRoster(core, roster);
  requireFresh(core, proof);
  const known = core.memory.emergencies.reviewOf(statement.grant);
  if (known !== undefined) {
    if (known.digest !== recordDigest(statement)) refuse("grant-conflict", "It was reviewed already.");
    return { ok: true, assurance: assuranceOf(core, [known.assurance]), late: known.late };
  }
  const { late } = checkReview(core, statement);
  remember(core, { kind: "review", review, assurance: proof.assurance, late });
  return { ok: true, assurance: assuranceOf(core, [proof.assurance]), late };
}
