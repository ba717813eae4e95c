import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { inTransaction } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/people/create-organisation";
import { insertTenant } from "@/lib/identity/people/store";

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
