import "server-only";
import { type DecisionCase, firstReading, requireStage } from "@/lib/access/decisions/decision-case";
import { remainingAt } from "@/lib/access/decisions/decision-statement";
import {
  type OrderFacts,
  requireRetypedFacts,
  requireSameRetypedFacts,
} from "@/lib/access/decisions/retyped-facts";
import { findNewestRelease } from "@/lib/access/executive-release/store";
import { isPaper, requireSignedOrder } from "@/lib/access/legal-authorities/advance";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import type { NewStatement, RequestState } from "@/lib/access/requests/schema";
import { requireRecognisable, type Weighed } from "@/lib/access/review/recognise";
import { hasIdentityCheck } from "@/lib/access/review/store";
import { startOf } from "@/lib/access/rules/validity";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";
import { hasEnrolled } from "@/lib/identity/roster/store";

/** States in which a legal authority can still be decided on. */
const REVIEWED: ReadonlySet<string> = new Set(["legal_review", "attested"]);

/**
 * Throws without a recorded identity check: an officer's request needs one before approval, against impostors
 * (access.md).
 */
export async function requireIdentityCheck(
  tx: Running,
  cx: Context,
  one: Pick<DecisionCase, "requester">,
): Promise<void> {
  if (one.requester.role !== "auditor" && one.requester.role !== "regulator") return;
  if (await hasIdentityCheck(tx, one.requester.userId, cx.clock.now())) return;
  throw new DomainError("decision.identity-check", {
    detail:
      "Record the requester's identity check first: a verified domain and a callback to a number stored for the agency.",
  });
}

/** Throws while executives release an overdue request. A reviewer's decision would lead the request away from them. */
async function requireNoRelease(tx: Running, cx: Context, { row }: DecisionCase): Promise<void> {
  if (row.state !== "overdue") return;
  const release = await findNewestRelease(tx, row.id);
  if (release === undefined || release.signUntil <= cx.clock.now()) return;
  throw new DomainError("request.conflict", {
    detail: `Executives have proposed a release of this request. Until ${validityTime(release.signUntil)} no one else can decide.`,
  });
}

/** Throws unless the legal authority is the one that was submitted: not added, removed or changed since. */
export function requireSubmittedAuthority({
  row,
  authorization,
}: Pick<DecisionCase, "row" | "authorization">): void {
  if (authorization?.recordDigest === row.authorizationDigest) return;
  throw new DomainError("authorization.invalid", {
    detail: "The legal authority is not the one that was submitted.",
  });
}

/** Throws when a suspended or revoked authority would be approved. */
export function requireStanding({ state }: AuthorizationRow): void {
  if (REVIEWED.has(state)) return;
  throw new DomainError("authorization.invalid", { detail: `The legal authority is ${state}.` });
}

/**
 * Throws for a revoked authority. Two executives may release on one that one reviewer suspended, since one reviewer's
 * act cannot stop an answer (ADR 0031).
 */
export function requireReleasable(authorization: AuthorizationRow): void {
  if (authorization.state !== "suspended") requireStanding(authorization);
}

/** Compares the order's facts as this decider read them with the record and with the first decider's reading, if any. */
function requireReading(cx: Context, one: DecisionCase, order: OrderFacts, body: NewStatement): void {
  const { confirms } = body;
  const first = firstReading(one);
  // Without an end of their own a later decider keeps the end that the earlier ones have left.
  const left = first === undefined ? undefined : remainingAt(one, cx.clock.now()).notAfter;
  requireRetypedFacts(order, confirms, body.until === undefined ? left : startOf(body.until));
  if (first !== undefined) requireSameRetypedFacts(first, confirms);
}

/**
 * A paper order needs retyped facts. A JWS must be valid for what is left of the request. Every signature is judged as
 * of now.
 */
async function requireAuthority(
  tx: Running,
  cx: Context,
  one: DecisionCase,
  authorization: AuthorizationRow,
  body: NewStatement,
): Promise<Weighed | undefined> {
  requireStanding(authorization);
  const basis = body.stage === "legal" ? body.recognition_basis : undefined;
  const weighed = await requireRecognisable(tx, cx, authorization, basis);
  if (isPaper(authorization) || body.confirms !== undefined) requireReading(cx, one, authorization, body);
  const { transactions, groups } = remainingAt(one, cx.clock.now());
  await requireSignedOrder(tx, cx, authorization, { purpose: one.row.purpose, fields: groups, transactions });
  return weighed;
}

/** The state that a stage is decided in, and how the order is recognised by this approval. */
interface CheckedDecision {
  readonly state: RequestState;
  readonly weighed: Weighed | undefined;
}

/**
 * Checks what must be true in addition to the rules before a decision counts: the stage, and for an approval the
 * identity check and its order, retyped and matching or signed and within its reach.
 */
export async function checkDecision(
  tx: Running,
  cx: Context,
  one: DecisionCase,
  body: NewStatement,
): Promise<CheckedDecision> {
  const state = await requireStage(tx, one, body.stage);
  await requireNoRelease(tx, cx, one);
  if (body.decision !== "approve") return { state, weighed: undefined };
  requireSubmittedAuthority(one);
  await requireIdentityCheck(tx, cx, one);
  if (one.authorization === undefined) return { state, weighed: undefined };
  const weighed = await requireAuthority(tx, cx, one, one.authorization, body);
  if (one.authorization.validUntil <= cx.clock.now()) {
    throw new DomainError("authorization.invalid", {
      detail: "The legal authority has expired. Attach a valid one.",
    });
  }
  return { state, weighed };
}

/**
 * Throws `decision.outdated` for an approval that the portal signed for a person who has since enrolled a key. The
 * custodian does not accept it, so a grant that rests on it would wait for ever.
 */
export async function requireStandingProofs(tx: Running, one: DecisionCase): Promise<void> {
  for (const { decision, proofKind, approverUserId } of one.decisions) {
    if (decision !== "approve" || proofKind !== "evaluation") continue;
    if (!(await hasEnrolled(tx.run, approverUserId))) continue;
    throw new DomainError("decision.outdated", {
      detail:
        "The portal signed an earlier approval for a person who has enrolled a key since, so it is no longer valid. Deny with this reason. The request can be filed again.",
    });
  }
}
