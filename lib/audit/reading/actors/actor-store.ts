import "server-only";
import { z } from "zod";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import type { Conditions } from "../fence";
import { IS_ERASED } from "../store";

/** The person behind a pseudonym. */
export interface ActorRow {
  readonly pseudonym: string;
  readonly name: string | null;
  readonly organisation: string;
}

interface WantedActors {
  readonly pseudonyms: readonly string[];
  readonly organisationId: string | undefined;
}

const organisationOf = ({ organisationId }: WantedActors) => organisationId ?? null;

const READ_ACTORS = statement<WantedActors, ActorRow>("read-actors")`
  SELECT u.pseudonym, o.name AS organisation,
    CASE WHEN (${organisationOf}::uuid IS NULL OR u.organisation_id = ${organisationOf}::uuid)
      AND NOT ${{ sql: IS_ERASED, values: [] }} THEN u.name END AS name
  FROM app_user u JOIN organisation o ON o.id = u.organisation_id
  WHERE u.pseudonym = ANY (${({ pseudonyms }) => [...new Set(pseudonyms)]}::text[])`;

/**
 * Returns the people behind pseudonyms, each with their organisation. Erased people have no name here. If an
 * organisation is given, only its people have a name.
 */
export async function readActors(
  { run }: Running,
  pseudonyms: readonly string[],
  organisationId: string | undefined,
): Promise<Map<string, ActorRow>> {
  const rows = await run(READ_ACTORS, { pseudonyms, organisationId });
  return new Map(rows.map((row) => [row.pseudonym, row]));
}

const FoundRow = z.object({ actor: z.string(), name: z.string().nullable() });

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
): Promise<z.infer<typeof FoundRow>[]> {
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
  return z.array(FoundRow).parse(rows);
}
