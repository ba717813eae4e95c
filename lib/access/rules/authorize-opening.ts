import "server-only";
import { type Allowed, decideOpening, dependsOnHold } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { asPermit, type Permit } from "@/lib/access/rules/permit";
import type { Reader } from "@/lib/access/rules/reader";
import { factsOf as recordOf } from "@/lib/access/rules/recorded-facts";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";
import type { RecordedDecision } from "@/lib/errors";
import { counter } from "@/lib/telemetry/metrics/registry";

const countDecision = counter("sealport_decisions_total");

/** What a use case knows of an opening. `authorizeOpening` adds the reader and the time. */
export type OpeningRequest = Pick<
  OpeningFacts,
  "record" | "purpose" | "groups" | "grant" | "opening" | "hoursOverride"
>;

/** A permit to open these groups at these levels. */
export type OpeningPermit = Permit<"disclosure.open"> & Allowed & Pick<RecordedDecision, "facts">;

type Deciding = Pick<Context, "clock" | "instance" | "policies">;

/** The reader with a proof of this moment, as an opening with a passkey's signature gives it. */
export function provedAt({ subject, office }: Reader, at: Date): Reader {
  const { proof } = subject;
  if (proof.kind !== "session") return { subject, office };
  return { subject: { ...subject, proof: { ...proof, provedAt: at, multiFactorAt: at } }, office };
}

function factsFor(cx: Deciding, request: OpeningRequest, { subject, office }: Reader): OpeningFacts {
  return { ...request, subject, office, isEvaluation: cx.instance.evaluation, now: cx.clock.now() };
}

/** Returns whether a legal hold of the record would change the decision: only then it has to be read. Pure. */
export function needsHold(cx: Deciding, request: OpeningRequest, reader: Reader): boolean {
  return dependsOnHold(factsFor(cx, request, reader), cx.policies.active());
}

/**
 * Throws what would refuse this opening now if its proof were fresh and signed. It counts nothing: the opening itself is
 * decided again. Pure.
 */
export function requireForeseen(cx: Deciding, request: OpeningRequest, reader: Reader): void {
  const facts = factsFor(cx, { ...request, opening: "signed" }, provedAt(reader, cx.clock.now()));
  const decision = decideOpening(facts, cx.policies.active());
  if (decision.isAllowed) return;
  const { reasons, nextPossibleAt } = decision;
  throw refusalOf(reasons, { nextPossibleAt, reader: reader.subject });
}

/**
 * Decides whether this reader may open fields of a record at this moment. Throws the refusal; its `extra.reason` names
 * the rule, and its `about` has the facts for its entry. Pure for one policy set: for openings through escrow pass a grant that was read in the reader's snapshot.
 */
export function authorizeOpening(cx: Deciding, request: OpeningRequest, reader: Reader): OpeningPermit {
  const set = cx.policies.active();
  const facts = factsFor(cx, request, reader);
  const decision = decideOpening(facts, set);
  const recorded = recordOf(facts);
  const [first] = decision.isAllowed ? [] : decision.reasons;
  countDecision(1, "opening", decision.isAllowed ? "allowed" : "refused", first?.id ?? "none");
  if (decision.isAllowed)
    return asPermit({
      ...decision,
      facts: recorded,
      action: "disclosure.open" as const,
      policyVersion: set.version,
    });
  const { reasons, nextPossibleAt, policies } = decision;
  const error = refusalOf(reasons, { nextPossibleAt, reader: reader.subject });
  error.about = { decision: { facts: recorded, policy: set.version, policies: [...policies] } };
  throw error;
}
