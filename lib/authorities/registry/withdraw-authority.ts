import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { requireRegistrar } from "@/lib/authorities/registry/rules";
import { endAuthorityRow, lockAuthority } from "@/lib/authorities/registry/store";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authorities/registry/view";
import type { AuthorityEnd } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Ends an unconfirmed registration; its key id is free again. Throws `auth.role`, `authority.not-found`,
 * `authority.state`.
 */
export async function withdrawAuthority(
  cx: Context,
  id: string,
  body: AuthorityEnd,
): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const entry = await inTransaction(cx, async (tx) => {
    const row = await lockAuthority(tx, cx.instance.tenantId, id);
    if (row === undefined) throw new DomainError("authority.not-found");
    if (row.state !== "proposed") {
      throw new DomainError("authority.state", { detail: `The registration is ${row.state}.` });
    }
    const { reason } = body;
    await endAuthorityRow(tx, id, {
      state: "withdrawn",
      by: cx.principal.userId,
      at: cx.clock.now(),
      reason,
    });
    return appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "authority.withdraw",
      subjects: [`authority:${id}`],
      details: { reason },
    });
  });
  return answerAuthority(cx, id, entry);
}
