import "server-only";
import type { Database } from "@/lib/db/client";
import { inSnapshot } from "@/lib/db/transaction";
import { findTenant } from "@/lib/identity/people/store";

/** Returns the tenant's pseudonym and log origin, set at the first run. */
export function readTenant(
  db: Database,
  tenantId: string,
): Promise<{ readonly pseudonym: string; readonly log: string } | undefined> {
  const instance = { log: "", tenantId, tenantPseudonym: "", evaluation: false };
  return inSnapshot({ db, instance }, (tx) => findTenant(tx, tenantId));
}
