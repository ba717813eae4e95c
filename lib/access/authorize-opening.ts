import "server-only";
import { type Allowed, decideOpening, POLICY_VERSION } from "@/lib/access/decide";
import type { OfficeFacts, OpeningFacts, SubjectFacts } from "@/lib/access/facts";
import * as people from "@/lib/access/people/store";
import { asPermit, type Permit } from "@/lib/access/permit";
import { refusalOf } from "@/lib/access/refusal";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";

/** What a use case knows of an opening; who asks, when and from where is added here. */
export type OpeningRequest = Pick<
  OpeningFacts,
  "record" | "purpose" | "groups" | "grant" | "opening" | "hoursOverride"
>;

/** A permit to open these groups at these levels. */
export type OpeningPermit = Permit<"disclosure.open"> & Allowed;

/** Who asks, as the rules see them, and the hours of their office. Read afresh for each decision. */
export async function loadSubject(
  cx: Context,
): Promise<{ readonly subject: SubjectFacts; readonly office: OfficeFacts }> {
  const { principal } = cx;
  return inSnapshot(cx, async (tx) => {
    const person = await people.getPerson(tx, principal.userId);
    const subject: SubjectFacts = {
      userId: principal.userId,
      handle: principal.handle,
      organisationId: principal.organisationId,
      ...(principal.participantId === undefined ? {} : { participantId: principal.participantId }),
      role: principal.role,
      duties: principal.duties,
      isActive: person.isActive,
      proof: principal.proof,
      hasSecondFactor: await people.hasSecondFactor(tx, principal.userId),
    };
    return { subject, office: await people.getOffice(tx, principal.organisationId) };
  });
}

/**
 * Decides whether the caller may open fields of a record now. Throws the refusal (`extra.reason` names the rule);
 * the use case writes it down. For openings that go through escrow give the grant of `requireGrant`.
 */
export async function authorizeOpening(cx: Context, request: OpeningRequest): Promise<OpeningPermit> {
  const { subject, office } = await loadSubject(cx);
  const now = cx.clock.now();
  const decision = decideOpening({ ...request, subject, office, isEvaluation: cx.instance.evaluation, now });
  if (!decision.isAllowed)
    throw refusalOf(decision.reasons, { nextPossibleAt: decision.nextPossibleAt, reader: subject });
  return asPermit({ ...decision, action: "disclosure.open" as const, policyVersion: POLICY_VERSION });
}
