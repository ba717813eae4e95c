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
 * Who is too near to a person to decide for, in the tenant. One human with two accounts is known by a credential's public
 * key, removed ones too, or by one mailbox (`email_identity`); two accounts with nothing in common are not known as one.
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

/** The caller's kin, and these facts with what ties him to those who ask. */
export async function withTie<F extends Asking>(
  tx: Tx,
  cx: Pick<Context, "principal" | "instance">,
  facts: F,
): Promise<{ readonly kin: RelatedPeople; readonly facts: F & Pick<FilingFacts, "tie"> }> {
  const { userId } = cx.principal;
  const kin = await findRelatedPeople(tx, cx.instance.tenantId, userId);
  return { kin, facts: { ...facts, tie: tieOf(kin, userId, facts) } };
}

/** The organisations whose parties' records the caller must not decide about. */
export function ownOrganisations({ principal }: Pick<Context, "principal">, kin: RelatedPeople): string[] {
  return [...new Set([principal.organisationId, ...kin.organisations])];
}
