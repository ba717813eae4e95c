import "server-only";
import { type DecisionRow, listDecisions } from "@/lib/access/decisions/store";
import { type AuthorizationRow, findAuthorization } from "@/lib/access/legal-authorities/store";
import { isParty } from "@/lib/access/requests/queue-store";
import { whatHappened } from "@/lib/access/requests/require-version";
import { type Confirms, type RequestState, Stage } from "@/lib/access/requests/schema";
import { findRequestFacts, type RequestRow, readRequest } from "@/lib/access/requests/store";
import { ownOrganisations, withTie } from "@/lib/access/review/conflicts/store";
import { authorize } from "@/lib/access/rules/authorize";
import type { Permit } from "@/lib/access/rules/permit";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { getPerson, type Person } from "@/lib/identity/people/people-store";

/** Everything a decider decides on. */
export interface DecisionCase {
  readonly permit: Permit<"request.decide">;
  readonly row: RequestRow;
  readonly requester: Person;
  readonly authorization: AuthorizationRow | undefined;
  /** All earlier decisions, questions included. */
  readonly decisions: readonly DecisionRow[];
}

/** Nobody: what the rules are asked with when the request does not exist, so that ids tell nothing. */
const NOBODY = {
  requesterUserId: "",
  requesterOrganisationId: "",
  isSent: false,
  deciders: [],
  isParty: false,
};

/**
 * Reads a case for its decider. The rules are asked before existence is told: whoever lacks the duty gets the same
 * answer for every id.
 */
export async function loadCase(tx: Tx, cx: Context, id: string, stage: Stage): Promise<DecisionCase> {
  const facts = await findRequestFacts(tx, cx, id);
  if (facts === undefined) {
    await authorize(cx, "request.decide", { ...NOBODY, stage });
    throw new DomainError("request-file.not-found");
  }
  const decisions = await listDecisions(tx, id);
  const { kin, facts: tied } = await withTie(tx, cx, facts);
  // Who decided under another account of his has decided.
  const deciders = decisions
    .filter((one) => one.decision !== "ask")
    .map((one) => (kin.accounts.includes(one.approverUserId) ? cx.principal.userId : one.approverUserId));
  const party = await isParty(tx, ownOrganisations(cx, kin), facts.transactions);
  const permit = await authorize(cx, "request.decide", { ...tied, stage, deciders, isParty: party });
  return {
    permit,
    row: await readRequest(tx, permit, facts),
    requester: await getPerson(tx, facts.requesterUserId),
    authorization: await findAuthorization(tx, id),
    decisions,
  };
}

/** What the legal reviewer read in the order, once that stage is passed. */
export function firstReading({ decisions }: Pick<DecisionCase, "decisions">): Confirms | undefined {
  return decisions.find((one) => one.stage === "legal" && one.decision === "approve")?.confirms;
}

const STAGE_STATE: Readonly<Record<Stage, RequestState>> = { legal: "stage_1", coordinator: "stage_2" };

/** An overdue request stands where it stood, and so does one whose answer was put off: both may be decided. */
const DECIDABLE: ReadonlySet<RequestState> = new Set<RequestState>(["overdue", "extended"]);

/** The stage a request stands in. While a question or an objection is open it stands in none. */
export function stageOf({
  state,
  stageBefore,
}: Pick<RequestRow, "state" | "stageBefore">): Stage | undefined {
  const stands = DECIDABLE.has(state) ? stageBefore : state;
  return Stage.options.find((stage) => STAGE_STATE[stage] === stands);
}

/** State in which this stage is decided. Somebody may have been faster: then the refusal says what happened. */
export async function requireStage(tx: Tx, one: DecisionCase, stage: Stage): Promise<RequestState> {
  const { row } = one;
  if (stageOf(row) === stage) return STAGE_STATE[stage];
  throw new DomainError("decision.stage", {
    detail: `The request is ${row.state}; the stage ${stage} is decided in ${STAGE_STATE[stage]}.`,
    extra: await whatHappened(tx, row),
  });
}
