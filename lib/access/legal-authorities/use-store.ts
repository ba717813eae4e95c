import "server-only";
import { z } from "zod";
import { AuthorizationState, RequestState } from "@/lib/access/requests/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { Purpose } from "@/lib/vocabulary";

const IS_USED = statement<{ readonly id: string }, { readonly used: boolean }>("is-order-used")`
  SELECT order_is_used(${({ id }) => id}::uuid) AS used`;

/**
 * Whether a single-use order has served another request of the same agency. Other calls that ask the same wait until
 * the transaction ends.
 */
export async function isOrderUsed({ run }: Running, id: string): Promise<boolean> {
  const [row] = await run(IS_USED, { id });
  return row?.used === true;
}

interface Id {
  readonly id: string;
}

const HOLD_ORDER = statement<Id, unknown>(
  "hold-order",
)`SELECT order_hold(${({ id }) => id}::uuid)::text AS held`;

const LIST_REACHED = statement<Id, Id>("list-reached")`
  SELECT DISTINCT reached::text AS id
  FROM orders_alike(${({ id }) => id}::uuid) o JOIN access_grant g ON g.authorization_id = o.id, unnest(g.transactions) reached
  WHERE g.state IN ('pending', 'active') OR g.views_used > 0 OR g.exports_used > 0`;

/**
 * Returns the records that grants on the same order reach, or have reached, for other requests of the same agency. A
 * grant that ended with nothing opened reached none. Other calls that ask the same wait until the transaction ends.
 */
export async function listReached({ run }: Running, id: string): Promise<readonly string[]> {
  // A separate statement, so that the next one sees what was committed meanwhile.
  const [, rows] = await Promise.all([run(HOLD_ORDER, { id }), run(LIST_REACHED, { id })]);
  return rows.map((row) => row.id);
}

const COLUMNS = Prisma.sql`a.id, a.request_id, a.state, a.valid_until, a.record ->> 'single_use' IS NOT DISTINCT FROM 'true' AS is_single_use,
  r.state AS request_state, r.purpose, g.id AS grant_id,
  g.state IN ('expired', 'exhausted', 'revoked') AS has_grant_ended, g.not_after, g.views_used >= g.max_views AS is_grant_used_up`;
const TABLES = Prisma.sql`legal_authorization a JOIN access_request r ON r.id = a.request_id
  LEFT JOIN access_grant g ON g.authorization_id = a.id`;

const Row = z.object({
  id: z.string(),
  request_id: z.string(),
  state: AuthorizationState,
  valid_until: z.date(),
  is_single_use: z.boolean(),
  request_state: RequestState,
  purpose: Purpose,
  grant_id: z.string().nullable(),
  has_grant_ended: z.boolean().nullable(),
  not_after: z.date().nullable(),
  is_grant_used_up: z.boolean().nullable(),
});
/** A legal authority as the clock sees it: with its request and the grant that rests on it. */
export type StandingAuthority = z.infer<typeof Row>;

/** Returns legal authorities that have not been closed, by id. The locked row decides what is due. */
export async function listUnclosed(
  tx: Tx,
  page: {
    readonly tenantId: string;
    readonly now: Date;
    readonly after: string | undefined;
    readonly limit: number;
  },
): Promise<{ readonly id: string; readonly requestId: string }[]> {
  const after = page.after === undefined ? Prisma.empty : Prisma.sql`AND a.id > ${page.after}::uuid`;
  const rows = await tx.$queryRaw<{ id: string; request_id: string }[]>(
    Prisma.sql`SELECT a.id, a.request_id FROM ${TABLES}
      WHERE a.tenant_id = ${page.tenantId}::uuid AND a.state NOT IN ('draft', 'closed') ${after}
        AND (r.state IN ('withdrawn', 'denied', 'expired_unreviewed', 'closed')
          OR a.state IN ('submitted', 'signature_verified', 'legal_review', 'attested', 'approved', 'active') AND a.valid_until <= ${page.now}
          OR a.state = 'active' AND a.record ->> 'single_use' = 'true' AND (g.state IN ('expired', 'exhausted', 'revoked')
            OR g.not_after <= ${page.now} OR g.views_used >= g.max_views))
      ORDER BY a.id LIMIT ${page.limit}`,
  );
  return rows.map((row) => ({ id: row.id, requestId: row.request_id }));
}

/** Returns one of them as it is now. The caller holds its request's lock. */
export async function findStandingAuthority(tx: Tx, id: string): Promise<StandingAuthority | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE a.id = ${id}::uuid`,
  );
  return z.array(Row).parse(rows)[0];
}

const FIND_DOMAINS = statement<Id, { readonly domain: string }>("find-agency-domains")`
  SELECT lower(domain) AS domain FROM access_request r JOIN agency a ON a.organisation_id = r.organisation_id,
    unnest(a.email_domains) domain WHERE r.id = ${({ id }) => id}::uuid AND a.state = 'active'`;

/**
 * Returns the verified domains of the agency whose request it is, in lower case; none when its organisation is not an
 * agency.
 */
export async function findAgencyDomains({ run }: Running, requestId: string): Promise<readonly string[]> {
  const rows = await run(FIND_DOMAINS, { id: requestId });
  return rows.map((row) => row.domain);
}

/**
 * Refuses a single-use order that has served another request of the same agency (`authorization.used`). The database
 * checks again when the request is submitted (`legal_authorization_used`).
 */
export async function requireUnused(tx: Running, authorizationId: string): Promise<void> {
  if (!(await isOrderUsed(tx, authorizationId))) return;
  throw new DomainError("authorization.used", {
    detail: "This order can be used once, and another request of your agency uses it.",
  });
}
