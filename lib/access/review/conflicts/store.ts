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
 * Returns the accounts in the tenant that a person may not decide for. A human with two accounts is found by a
 * credential's public key, removed ones too, or by one mailbox (`email_identity`). Two accounts with nothing in common
 * are not found.
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
): Promise<{ readonly kin: RelatedPeople; readonly facts: F & Pick<FilingFacts, "tie"> }> {
  const { userId } = cx.principal;
  const kin = await findRelatedPeople(tx, cx.instance.tenantId, userId);
  return { kin, facts: { ...facts, tie: tieOf(kin, userId, facts) } };
}

/** Returns the organisations whose parties' records the caller must not decide about. */
export function ownOrganisations({ principal }: Pick<Context, "principal">, kin: RelatedPeople): string[] {
  return [...new Set([principal.organisationId, ...kin.organisations])];
}
