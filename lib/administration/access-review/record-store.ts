import "server-only";
import { getStanding, type Standing } from "@/lib/access/rules/reader-store";
import { Prisma } from "@/lib/db/generated/client";
import { within } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import {
  HOLDER_COLUMNS,
  HOLDER_TABLES,
  type Holder,
  type HolderRow,
  toHolder,
} from "@/lib/identity/people/holders-store";

/** A person with the standing that decides their openings. */
export interface Opener {
  readonly holder: Holder;
  readonly organisation: string;
  readonly standing: Standing;
}

type OpenerRow = HolderRow & { readonly organisation: string };

/** Returns people who have not left: those of these participants, and those with these ids. */
export async function listOpeners(
  tx: Tx,
  tenantId: string,
  which: { readonly participants: readonly string[]; readonly userIds: readonly string[] },
): Promise<Opener[]> {
  const rows = await tx.$queryRaw<OpenerRow[]>(Prisma.sql`
    SELECT ${HOLDER_COLUMNS}, o.name AS organisation FROM app_user u ${HOLDER_TABLES}
    WHERE u.tenant_id = ${tenantId}::uuid AND u.state <> 'left'
      AND (u.participant_id = ANY (${[...which.participants]}::text[]) OR u.id = ANY (${[...which.userIds]}::uuid[]))
    ORDER BY u.name, u.id`);
  const openers: Opener[] = [];
  for (const row of rows) {
    const holder = toHolder(row);
    const standing = await getStanding(within(tx), holder);
    openers.push({ holder, organisation: row.organisation, standing });
  }
  return openers;
}

/** Returns the organisation of each participant. */
export async function findParticipantOrganisations(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; name: string }[]>(Prisma.sql`
    SELECT p.id, o.name FROM participant p JOIN organisation o ON o.id = p.organisation_id
    WHERE p.tenant_id = ${tenantId}::uuid AND p.id = ANY (${[...ids]}::text[])`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
