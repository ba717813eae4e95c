import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";
import type { Conditions } from "../fence";
import { IS_ERASED } from "../store";

const ActorRow = z.object({ actor: z.string(), name: z.string().nullable() });

/**
 * Returns people with an entry that meets the conditions, by name where the caller knows it, else by pseudonym. It
 * does one index look-up per person and counts no entries.
 */
export async function findActors(
  tx: Tx,
  conditions: Conditions,
  wanted: {
    readonly tenantId: string;
    readonly text: string;
    readonly knownOf: string | undefined;
    readonly limit: number;
  },
): Promise<z.infer<typeof ActorRow>[]> {
  const tenantId = `${conditions.parameter(wanted.tenantId)}::uuid`;
  const knownOf = `${conditions.parameter(wanted.knownOf ?? null)}::uuid`;
  const text = `${conditions.parameter(wanted.text)}::text`;
  const rows = await tx.$queryRawUnsafe(
    `SELECT p.actor, p.name FROM (
       SELECT u.tenant_id, u.pseudonym AS actor,
         CASE WHEN ${knownOf} IS NULL OR u.organisation_id = ${knownOf} THEN
           CASE WHEN NOT ${IS_ERASED} THEN u.name END END AS name
       FROM app_user u
     ) AS p
     WHERE p.tenant_id = ${tenantId}
       AND (starts_with(p.actor, ${text}) OR position(lower(${text}) IN lower(p.name)) > 0)
       AND EXISTS (SELECT 1 FROM audit_index i WHERE ${conditions.text} AND i.actor = p.actor)
     ORDER BY p.name NULLS LAST, p.actor LIMIT ${conditions.parameter(wanted.limit)}`,
    ...conditions.values,
  );
  return z.array(ActorRow).parse(rows);
}
