import "server-only";
import { z } from "zod";
import type { RawTx } from "@/lib/db/transaction";
import type { ReaderContext } from "../fence";
import { IS_ERASED } from "../store";
import { knowsEveryName } from "./actor-names";

const Row = z.object({ pseudonym: z.string(), name: z.string().nullable(), organisation: z.string() });

/**
 * Returns the people of the tenant by pseudonym for the tables of an export, each with their organisation, and with a
 * name where the reader knows them (`actorNames`). Erased people have none. An export that opens no part names no one.
 */
export async function peopleFor(
  tx: RawTx,
  cx: Pick<ReaderContext, "principal" | "instance">,
  { kinds }: { readonly kinds: readonly unknown[] },
): Promise<ReadonlyMap<string, { readonly name: string | null; readonly organisation: string }>> {
  if (kinds.length === 0) return new Map();
  const knownOf = knowsEveryName(cx) ? null : cx.principal.organisationId;
  const { rows } = await tx.query(
    `SELECT u.pseudonym, o.name AS organisation,
       CASE WHEN ($2::uuid IS NULL OR u.organisation_id = $2::uuid) AND NOT ${IS_ERASED} THEN u.name END AS name
     FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.tenant_id = $1::uuid`,
    [cx.instance.tenantId, knownOf],
  );
  return new Map(
    z
      .array(Row)
      .parse(rows)
      .map((row) => [row.pseudonym, row]),
  );
}
