import "server-only";
import { type Allowed, decideOpening, POLICY_VERSION } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { asPermit, type Permit } from "@/lib/access/rules/permit";
import type { Reader } from "@/lib/access/rules/reader";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";

/** What a use case knows of an opening. `authorizeOpening` adds the reader and the time. */
export type OpeningRequest = Pick<
  OpeningFacts,
  "record" | "purpose" | "groups" | "grant" | "opening" | "hoursOverride"
>;

/** A permit to open these groups at these levels. */
export type OpeningPermit = Permit<"disclosure.open"> & Allowed;

/**
 * Decides whether this reader may open fields of a record at this moment. Throws the refusal; its `extra.reason` names
 * the rule. Pure: for openings through escrow pass a grant that was read in the reader's snapshot.
 */
export function authorizeOpening(
  cx: Pick<Context, "clock" | "instance">,
  request: OpeningRequest,
  { subject, office }: Reader,
): OpeningPermit {
  const now = cx.clock.now();
  const decision = decideOpening({ ...request, subject, office, isEvaluation: cx.instance.evaluation, now });
  if (!decision.isAllowed)
    throw refusalOf(decision.reasons, { nextPossibleAt: decision.nextPossibleAt, reader: subject });
  return asPermit({ ...decision, action: "disclosure.open" as const, policyVersion: POLICY_VERSION });
}
