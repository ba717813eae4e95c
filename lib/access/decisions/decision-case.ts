import "server-only";
import { type DecisionRow, listDecisions } from "@/lib/access/decisions/store";
import { type AuthorizationRow, findAuthorization } from "@/lib/access/legal-authorities/store";
import { whatHappened } from "@/lib/access/requests/require-version";
import { type Confirms, type RequestState, Stage } from "@/lib/access/requests/schema";
import { findRequestFacts, type RequestRow, readRequest } from "@/lib/access/requests/store";
import { tieOf } from "@/lib/access/review/conflicts/related-people";
import { findRelatedPeople, isParty, ownOrganisations } from "@/lib/access/review/conflicts/store";
import { authorize } from "@/lib/access/rules/authorize";
import { type GrantLimits, grantLimits } from "@/lib/access/rules/grant-limits";
import type { Permit } from "@/lib/access/rules/permit";
import type { Context } from "@/lib/context/context";
import { type Running, together } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { getPerson, type Person } from "@/lib/identity/people/people-store";

/** Everything that a decision is based on. */
export interface DecisionCase {
  readonly permit: Permit<"request.decide">;
  readonly row: RequestRow;
  readonly requester: Person;
  readonly authorization: AuthorizationRow | undefined;
  /** All earlier decisions, questions included. */
  readonly decisions: readonly DecisionRow[];
  /** Limits that the policies in force set for a grant. */
  readonly limits: GrantLimits;
}

/** An empty subject for the rules when the request does not exist, so that ids reveal nothing. */
const UNKNOWN_REQUEST = {
  requesterUserId: "",
  requesterOrganisationId: "",
  isSent: false,
  deciders: [],
  isParty: false,
};

/**
 * Returns the case for the person who decides. Throws `request-file.not-found` only after the rules allowed the act. So
 * a person without the duty gets the same answer for every id.
 */
export async function loadCase(tx: Running, cx: Context, id: string, stage: Stage): Promise<DecisionCase> {
  const { userId, tenantId } = cx.principal;
  const [facts, decisions, relatedPeople] = await Promise.all([
    findRequestFacts(tx, cx, id),
    listDecisions(tx, id),
    findRelatedPeople(tx, tenantId, userId),
  ]);
  if (facts === undefined) {
    await authorize(cx, "request.decide", { ...UNKNOWN_REQUEST, stage });
    throw new DomainError("request-file.not-found");
  }
  // A decision under another account of the same person counts as theirs.
  const deciders = decisions
    .filter((one) => one.decision !== "ask")
    .map((one) => (relatedPeople.accounts.includes(one.approverUserId) ? userId : one.approverUserId));
  const party = await isParty(tx, ownOrganisations(cx, relatedPeople), facts.transactions);
  const tie = tieOf(relatedPeople, userId, facts);
  const permit = await authorize(cx, "request.decide", { ...facts, tie, stage, deciders, isParty: party });
  const read = await together({
    row: readRequest(tx, permit, facts),
    requester: getPerson(tx, facts.requesterUserId),
    authorization: findAuthorization(tx, id),
  });
  return { permit, ...read, decisions, limits: grantLimits(cx.policies.active()) };
}

/** Returns the facts that the first approving legal reviewer retyped from the order; undefined before that approval. */
export function firstReading({ decisions }: Pick<DecisionCase, "decisions">): Confirms | undefined {
  return decisions.find((one) => one.stage === "legal" && one.decision === "approve")?.confirms;
}

/** Returns how many people have approved in a stage. No one decides twice, with any of their accounts. */
export function approvalsIn({ decisions }: Pick<DecisionCase, "decisions">, stage: Stage): number {
  return decisions.filter((one) => one.stage === stage && one.decision === "approve").length;
}

/** Returns whether one more approval completes the stage. */
export function isLastApproval(one: Pick<DecisionCase, "decisions" | "row">, stage: Stage): boolean {
  return approvalsIn(one, stage) + 1 >= one.row.quorums[stage];
}

/** The state in which a stage is decided. */
export const STAGE_STATE: Readonly<Record<Stage, RequestState>> = {
  legal: "stage_1",
  coordinator: "stage_2",
};

/** An overdue or extended request is still in the stage it left, and can be decided there. */
const DECIDABLE: ReadonlySet<RequestState> = new Set<RequestState>(["overdue", "extended"]);

/** Returns the stage a request is in; undefined while a question or an objection is open. */
export function stageOf({
  state,
  stageBefore,
}: Pick<RequestRow, "state" | "stageBefore">): Stage | undefined {
  const decidedIn = DECIDABLE.has(state) ? stageBefore : state;
  return Stage.options.find((stage) => STAGE_STATE[stage] === decidedIn);
}

/**
 * Returns the state in which this stage is decided. Throws `decision.stage` if the request is not in this stage. The
 * refusal says what happened, for example that another person decided first.
 */
export async function requireStage(tx: Running, one: DecisionCase, stage: Stage): Promise<RequestState> {
  const { row } = one;
  if (stageOf(row) === stage) return STAGE_STATE[stage];
  throw new DomainError("decision.stage", {
    detail: `The request is in the state ${row.state}. The stage ${stage} decides in the state ${STAGE_STATE[stage]}.`,
    extra: await whatHappened(tx, row),
  });
}
