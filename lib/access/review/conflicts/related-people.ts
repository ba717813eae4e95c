import type { FilingFacts } from "@/lib/access/rules/action-facts";

/** Who stands so near to a person that neither decides for the other. */
export interface RelatedPeople {
  /** The person, and accounts that are the same human's: one passkey or one mailbox. */
  readonly accounts: readonly string[];
  /** People who share an organisation with the person, by their account or by membership; the person is one. */
  readonly colleagues: readonly string[];
  /** The organisations of the person: those of the accounts, and memberships. */
  readonly organisations: readonly string[];
}

/** What ties a person to a request, beside its being one's own. */
export type Tie = NonNullable<FilingFacts["tie"]>;

/** The asking side of a request: who filed it, who looks beside him, and for which organisation. */
type Asking = Pick<FilingFacts, "requesterUserId" | "requesterOrganisationId" | "coViewers">;

/**
 * The nearest tie between a person and those who ask. Being the requester himself is no tie: rules see that first, and
 * requesters read what is their own.
 */
export function tieOf(kin: RelatedPeople, userId: string, asking: Asking): Tie | undefined {
  const { requesterUserId, requesterOrganisationId, coViewers = [] } = asking;
  const who = [requesterUserId, ...coViewers];
  if (coViewers.includes(userId)) return "co-viewer";
  if (who.some((one) => one !== userId && kin.accounts.includes(one))) return "second-account";
  const isColleague = who.some((one) => kin.colleagues.includes(one));
  return isColleague || kin.organisations.includes(requesterOrganisationId) ? "organisation" : undefined;
}
