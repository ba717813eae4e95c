import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { prismaSql, sql } from "@/lib/db/statement";

/**
 * Returns SQL for the ids of a grant's current co-viewers, as text: named in its request, active, of the holder's
 * organisation and role, and not removed. If the holder is inactive or has left the organisation, the grant has no co-viewers, as at the
 * custodian. An executive release has none either, nor have disputes and break-glass.
 */
export function viewersOf(grant: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`SELECT c.id::text FROM access_request q JOIN app_user h ON h.id = q.requester_user_id
    JOIN app_user c ON c.id = ANY (q.co_viewers)
    WHERE q.id = ${grant}.request_id AND ${grant}.release_id IS NULL AND c.state = 'active'
      AND h.state = 'active' AND h.organisation_id = q.organisation_id AND c.organisation_id = q.organisation_id AND c.role = h.role
      AND NOT EXISTS (SELECT 1 FROM co_viewer_end e WHERE e.request_id = q.id AND e.user_id = c.id)`;
}

const userIdOf = ({ userId }: { readonly userId: string }) => userId;

/** The condition that a person may open a grant `g`, as its holder or a co-viewer. */
export const HELD_BY = sql<{ readonly userId: string }>`(g.subject_user_id = ${userIdOf}::uuid OR (
    g.request_id IN (SELECT n.id FROM access_request n WHERE n.co_viewers <> '{}' AND n.co_viewers @> ARRAY[${userIdOf}::uuid])
    AND ${userIdOf}::text IN (${viewersOf(Prisma.sql`g`)})))`;

/** The same condition for this person in a query of Prisma. */
export function isHeldBy(userId: string): Prisma.Sql {
  return prismaSql(HELD_BY, { userId });
}
