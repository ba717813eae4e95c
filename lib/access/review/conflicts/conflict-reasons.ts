import type { FilingFacts } from "@/lib/access/rules/action-facts";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { type Reason, reason } from "@/lib/access/rules/reason";

/**
 * Returns the reasons against a decider who is a disguised requester: a co-viewer, a second account of a requester or
 * co-viewer, or a person who shares an organisation with one, by account or by membership.
 */
export function conflictReasons(
  subject: Pick<SubjectFacts, "organisationId">,
  facts: FilingFacts,
  organisation: string,
): Reason[] {
  if (facts.tie === "co-viewer")
    return [reason("floor.co-viewer", "decision.self", "A co-viewer of the requester has asked for this.")];
  if (facts.tie === "second-account")
    return [
      reason(
        "floor.second-account",
        "decision.self",
        "This account and that of a requester belong to one person.",
      ),
    ];
  if (facts.tie === "organisation" || subject.organisationId === facts.requesterOrganisationId)
    return [reason("floor.organisation", "decision.organisation", organisation)];
  return [];
}
