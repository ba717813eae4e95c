import "server-only";
import { isRefusedWork } from "@/lib/access/grants/pending-store";
import type { GrantRow } from "@/lib/access/grants/store";
import type { Tx } from "@/lib/db/transaction";

/**
 * Whether the custodian still has in force what has ended here: executives released it, and its end is not signed. It
 * opens nothing through this portal, and at the custodian it lasts until its own end (access.md "Requests").
 */
export async function isKeptByCustodian(tx: Tx, grant: GrantRow, now: Date): Promise<boolean> {
  if (grant.state !== "revoked" || grant.releaseId === undefined || grant.notAfter <= now) return false;
  return isRefusedWork(tx, { kind: "grant.revoke", subject: grant.id });
}
