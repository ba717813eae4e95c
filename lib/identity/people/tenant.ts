import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Database } from "@/lib/db/client";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { findTenant, insertTenant } from "@/lib/identity/people/store";

/** Stores the tenant of a new instance. Its pseudonym and log origin never change afterwards. */
export async function createTenant(cx: IdentityContext, name: string): Promise<void> {
  const { tenantId, tenantPseudonym, log } = cx.instance;
  await inTransaction(cx, async (tx) => {
    await insertTenant(tx, { id: tenantId, name, pseudonym: tenantPseudonym, log_origin: log });
    await appendEntry(tx, cx, {
      class: "admin",
      outcome: "done",
      action: "tenant.create",
      subjects: [`tenant:${tenantId}`],
    });
  });
}

/** Returns the tenant's pseudonym and log origin, set at the first run. */
export function readTenant(
  db: Database,
  tenantId: string,
): Promise<{ readonly pseudonym: string; readonly log: string } | undefined> {
  const instance = { log: "", tenantId, tenantPseudonym: "", evaluation: false };
  return inSnapshot({ db, instance }, (tx) => findTenant(tx, tenantId));
}
