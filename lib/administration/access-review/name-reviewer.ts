import "server-only";
import { setReviewer } from "@/lib/administration/access-review/decisions-store";
import type { ReviewerAnswer } from "@/lib/administration/access-review/schema";
import { requirePerson } from "@/lib/administration/people/rules";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { findOrganisation, lockOrganisation } from "@/lib/organisations/store";

/** Parties read no lists of people, so they review no one. */
const NO_REVIEWERS: readonly string[] = ["client", "miner"];

/**
 * Names the person who decides on an organisation's access in reviews. Without one, the operator's compliance does. The
 * person belongs to the organisation, is active and acts for no party. Throws `organisation.not-found` and
 * `person.not-found`.
 */
export async function nameReviewer(
  cx: Context,
  organisationId: string,
  userId: string | null,
): Promise<ReviewerAnswer> {
  const { reviewer, entry } = await inTransaction(cx, async (tx) => {
    await lockOrganisation(tx, organisationId);
    if ((await findOrganisation(tx, cx.instance.tenantId, organisationId)) === undefined)
      throw new DomainError("organisation.not-found");
    const person = userId === null ? undefined : await requirePerson(tx, cx, userId);
    if (person !== undefined && person.organisationId !== organisationId)
      throw invalidField("/user_id", "is not a person of this organisation");
    if (person?.isActive === false) throw invalidField("/user_id", "is not active");
    if (person !== undefined && NO_REVIEWERS.includes(person.role))
      throw invalidField("/user_id", "acts for a party, and parties cannot review access");
    await setReviewer(tx, organisationId, person?.userId);
    return {
      reviewer: person === undefined ? null : { id: person.userId, name: person.name },
      entry: await appendEntry(tx, cx, {
        class: "admin",
        outcome: "done",
        action: "organisation.change",
        subjects: [`organisation:${organisationId}`],
        details: { access_reviewer: person?.pseudonym ?? null },
      }),
    };
  });
  return { organisation_id: organisationId, reviewer, receipt: await issueReceipt(cx, entry) };
}
