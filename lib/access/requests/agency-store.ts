import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/**
 * Returns the verified domains of the agency whose request it is, in lower case; none when its organisation is not an
 * agency.
 */
export async function findAgencyDomains(tx: Tx, requestId: string): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ domain: string }[]>(
    Prisma.sql`SELECT lower(domain) AS domain FROM access_request r JOIN agency a ON a.organisation_id = r.organisation_id,
      unnest(a.email_domains) domain WHERE r.id = ${requestId}::uuid AND a.state = 'active'`,
  );
  return rows.map((row) => row.domain);
}
