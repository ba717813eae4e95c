import "server-only";
import { appendEntry } from "@/lib/audit/append-entry";
import type { Duty } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import type { IdentityContext } from "@/lib/identity/create-organisation";
import { insertDuties } from "@/lib/identity/store";

/** Gives a person one more duty. */
export async function grantDuty(cx: IdentityContext, userId: string, duty: Duty): Promise<void> {
  await inTransaction(cx, async (tx) => {
    await insertDuties(tx, [
      {
        user_id: userId,
        duty,
        tenant_id: cx.instance.tenantId,
        granted_by: cx.principal?.userId ?? null,
      },
    ]);
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "duty.grant",
      subjects: [`user:${userId}`],
      details: { duty },
    });
  });
}
