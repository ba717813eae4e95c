import "server-only";
import { z } from "zod";
import { type RelatedPeople, tieOf } from "@/lib/access/review/conflicts/related-people";
import type { FilingFacts } from "@/lib/access/rules/action-facts";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

const Ids = z.array(z.string());
const Row = z.object({ accounts: Ids, colleagues: Ids, organisations: Ids });

/**
 * Returns the people and organisations related to a person, for whom they may not decide. A human with two accounts is
 * found by a credential's public key, removed ones too, or by one mailbox (`email_identity`). Two accounts with nothing
 * in common are not found.
 */
export async function findRelatedPeople(tx: Tx, tenantId: string, userId: string): Promise<RelatedPeople> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH own AS (
      SELECT organisation_id FROM app_user WHERE id = ${userId}::uuid
      UNION SELECT organisation_id FROM membership WHERE user_id = ${userId}::uuid)
    SELECT
      ARRAY(SELECT o::text FROM own_organisations(${userId}::uuid) o) AS organisations,
      ARRAY(SELECT u.id::text FROM app_user u
        WHERE u.tenant_id = ${tenantId}::uuid AND u.organisation_id IN (SELECT organisation_id FROM own)
        UNION SELECT m.user_id::text FROM membership m
        WHERE m.organisation_id IN (SELECT organisation_id FROM own)) AS colleagues,
      ARRAY(SELECT a::text FROM same_human(${userId}::uuid) a) AS accounts`);
  return Row.parse(rows[0]);
}

type Asking = Pick<FilingFacts, "requesterUserId" | "requesterOrganisationId" | "coViewers">;

/** Returns the caller's related people, and these facts with the caller's relation to the asking side. */
export async function withTie<F extends Asking>(
  tx: Tx,
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

/** Whether a participant of one of these organisations is a party to one of the transactions. */
export async function isParty(
  tx: Tx,
  organisations: readonly string[],
  transactions: readonly string[],
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
      WHERE t.transaction_id = ANY (${[...transactions]}::uuid[]) AND p.organisation_id = ANY (${[...organisations]}::uuid[])
      LIMIT 1`,
  );
  return rows.length > 0;
}

/** A person who may decide in a stage. */
export interface Decider {
  readonly userId: string;
  readonly duty: string;
}

/** Returns active deciders of organisations other than the requester's and those of the transactions' parties. */
export async function findDeciders(
  tx: Tx,
  wanted: {
    readonly tenantId: string;
    readonly requesterOrganisationId: string;
    /** People with a conflict of interest with the asking side. */
    readonly near: readonly string[];
    readonly transactions: readonly string[];
  },
): Promise<Decider[]> {
  return tx.$queryRaw<Decider[]>(
    Prisma.sql`SELECT u.id AS "userId", d.duty FROM app_user u JOIN duty d ON d.user_id = u.id
      WHERE u.tenant_id = ${wanted.tenantId}::uuid AND u.state = 'active' AND u.role = 'coordinator'
        AND d.duty IN ('legal', 'approve') AND ${wanted.requesterOrganisationId}::uuid NOT IN (SELECT own_organisations(u.id))
        AND u.id <> ALL (${[...wanted.near]}::uuid[])
        AND NOT EXISTS (SELECT 1 FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
          WHERE t.transaction_id = ANY (${[...wanted.transactions]}::uuid[])
            AND p.organisation_id IN (SELECT own_organisations(u.id)))`,
  );
}
