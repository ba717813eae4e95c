import "server-only";
import { type Allowed, decideOpening, POLICY_VERSION } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { asPermit, type Permit } from "@/lib/access/rules/permit";
import { loadReader, type Reader } from "@/lib/access/rules/reader";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";

/** What a use case knows of an opening; who asks, when and from where is added here. */
export type OpeningRequest = Pick<
  OpeningFacts,
  "record" | "purpose" | "groups" | "grant" | "opening" | "hoursOverride"
>;

/** A permit to open these groups at these levels. */
export type OpeningPermit = Permit<"disclosure.open"> & Allowed;

/**
 * Decides whether the caller may open fields of a record now. Throws the refusal (`extra.reason` names the rule);
 * the use case writes it down. For openings that go through escrow give the grant of `requireGrant`, and the reader
 * that was read in its snapshot; else the reader is read here.
 */
export async function authorizeOpening(
  cx: Context,
  request: OpeningRequest,
  reader?: Reader,
): Promise<OpeningPermit> {
  const { subject, office } = reader ?? (await loadReader(cx));
  const now = cx.clock.now();
  const decision = decideOpening({ ...request, subject, office, isEvaluation: cx.instance.evaluation, now });
  if (!decision.isAllowed)
    throw refusalOf(decision.reasons, { nextPossibleAt: decision.nextPossibleAt, reader: subject });
  return asPermit({ ...decision, action: "disclosure.open" as const, policyVersion: POLICY_VERSION });
}
