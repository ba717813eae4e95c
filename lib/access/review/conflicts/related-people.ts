import type { FilingFacts } from "@/lib/access/rules/action-facts";

/** People so closely related to a person that neither may decide for the other. */
export interface RelatedPeople {
  /** The person, and other accounts of the same human: one passkey or one mailbox. */
  readonly accounts: readonly string[];
  /** People who share an organisation with the person, by their account or by membership; includes the person. */
  readonly colleagues: readonly string[];
  /** The organisations of the person: those of the accounts, and memberships. */
  readonly organisations: readonly string[];
}

/** What relates a person to a request, if it is not their own. */
export type Tie = NonNullable<FilingFacts["tie"]>;

/** The asking side of a request: the requester, the co-viewers, and the organisation. */
type Asking = Pick<FilingFacts, "requesterUserId" | "requesterOrganisationId" | "coViewers">;

/**
 * Returns the nearest relation between a person and the asking side. The requester is not counted as related: the rules
 * check that first, and requesters read their own requests.
 */
export function tieOf(relatedPeople: RelatedPeople, userId: string, asking: Asking): Tie | undefined {
  const { requesterUserId, requesterOrganisationId, coViewers = [] } = asking;
  const who = [requesterUserId, ...coViewers];
  if (coViewers.includes(userId)) return "co-viewer";
  if (who.some((one) => one !== userId && relatedPeople.accounts.includes(one))) return "second-account";
  const isColleague = who.some((one) => relatedPeople.colleagues.includes(one));
  return isColleague || relatedPeople.organisations.includes(requesterOrganisationId)
    ? "organisation"
    : undefined;
}
