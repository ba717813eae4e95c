import "server-only";
import { z } from "zod";
import { type RelatedPeople, tieOf } from "@/lib/access/review/conflicts/related-people";
import type { FilingFacts } from "@/lib/access/rules/action-facts";
import type { Context } from "@/lib/context/context";
import { type Running, statement } from "@/lib/db/statement";

const Ids = z.array(z.string());
const Row = z.object({ accounts: Ids, colleagues: Ids, organisations: Ids });

const userIdOf = ({ userId }: { readonly userId: string }) => userId;

const FIND_RELATED = statement<{ readonly tenantId: string; readonly userId: string }, unknown>(
  "find-related-people",
)`
  WITH own AS (
    SELECT organisation_id FROM app_user WHERE id = ${userIdOf}::uuid
    UNION SELECT organisation_id FROM membership WHERE user_id = ${userIdOf}::uuid)
  SELECT
    ARRAY(SELECT o::text FROM own_organisations(${userIdOf}::uuid) o) AS organisations,
    ARRAY(SELECT u.id::text FROM app_user u
      WHERE u.tenant_id = ${({ tenantId }) => tenantId}::uuid AND u.organisation_id IN (SELECT organisation_id FROM own)
      UNION SELECT m.user_id::text FROM membership m
      WHERE m.organisation_id IN (SELECT organisation_id FROM own)) AS colleagues,
    ARRAY(SELECT a::text FROM same_human(${userIdOf}::uuid) a) AS accounts`;

/**
 * Returns the people and organisations related to a person, for whom they may not decide. A human with two accounts is
 * found by a credential's public key, removed ones too, or by one mailbox (`email_identity`). Two accounts with nothing
 * in common are not found.
 */
export async function findRelatedPeople(
  { run }: Running,
  tenantId: string,
  userId: string,
): Promise<RelatedPeople> {
  const [row] = await run(FIND_RELATED, { tenantId, userId });
  return Row.parse(row);
}

type Asking = Pick<FilingFacts, "requesterUserId" | "requesterOrganisationId" | "coViewers">;

/** Returns the caller's related people, and these facts with the caller's relation to the asking side. */
export async function withTie<F extends Asking>(
  tx: Running,
  cx: Pick<Context, "principal" | "instance">,
  facts: F,
): Promise<{ readonly relatedPeople: RelatedPeople; readonly facts: F & Pick<FilingFacts, "tie"> }> {
  const { userId } = cx.principal;
  const relatedPeople = await findRelatedPeople(tx, cx.instance.tenantId, userId);
  return { relatedPeople, facts: { ...facts, tie: tieOf(relatedPeople, userId, facts) } };
}

/** Returns the organisations whose parties' records the caller must not decide about. */
export function ownOrganisations(
  { principal }: Pick<Context, "principal">,
  relatedPeople: RelatedPeople,
): string[] {
  return [...new Set([principal.organisationId, ...relatedPeople.organisations])];
}

interface Parties {
  readonly organisations: readonly string[];
  readonly transactions: readonly string[];
}

const FIND_PARTY = statement<Parties, unknown>("find-party")`
  SELECT p.id FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
  WHERE t.transaction_id = ANY (${({ transactions }) => transactions}::uuid[])
    AND p.organisation_id = ANY (${({ organisations }) => organisations}::uuid[]) LIMIT 1`;

/** Whether a participant of one of these organisations is a party to one of the transactions. */
export async function isParty(
  { run }: Running,
  organisations: readonly string[],
  transactions: readonly string[],
): Promise<boolean> {
  return (await run(FIND_PARTY, { organisations, transactions })).length > 0;
}

/** A person who may decide in a stage. */
export interface Decider {
  readonly userId: string;
  readonly duty: string;
}

interface WantedDeciders {
  readonly tenantId: string;
  readonly requesterOrganisationId: string;
  /** People with a conflict of interest with the asking side. */
  readonly near: readonly string[];
  readonly transactions: readonly string[];
}

const FIND_DECIDERS = statement<WantedDeciders, Decider>("find-deciders")`
  SELECT u.id AS "userId", d.duty FROM app_user u JOIN duty d ON d.user_id = u.id
  WHERE u.tenant_id = ${({ tenantId }) => tenantId}::uuid AND u.state = 'active' AND u.role = 'coordinator'
    AND d.duty IN ('legal', 'approve')
    AND ${({ requesterOrganisationId }) => requesterOrganisationId}::uuid NOT IN (SELECT own_organisations(u.id))
    AND u.id <> ALL (${({ near }) => near}::uuid[])
    AND NOT EXISTS (SELECT 1 FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
      WHERE t.transaction_id = ANY (${({ transactions }) => transactions}::uuid[])
        AND p.organisation_id IN (SELECT own_organisations(u.id)))`;

/** Returns active deciders of organisations other than the requester's and those of the transactions' parties. */
export function findDeciders({ run }: Running, wanted: WantedDeciders): Promise<Decider[]> {
  return run(FIND_DECIDERS, wanted);
}
