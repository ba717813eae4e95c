import "server-only";
import type { Context } from "@/lib/context/context";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Receipt } from "@/lib/schema";
import { appendEntry } from "../record/append-entry";
import { issueReceipt } from "../record/issue-receipt";
import { seenBy, toQuarantined } from "./list-quarantine";
import type { NewDismissal, QuarantinedEntry } from "./quarantine-schema";
import { findQuarantinedRow, insertDismissal } from "./quarantine-store";

async function dismiss(cx: Context, entryId: string, { reason }: NewDismissal) {
  const { tenantId } = cx.instance;
  return inTransaction(cx, async (tx) => {
    const row = await findQuarantinedRow(tx, seenBy(cx), entryId);
    if (row === undefined) throw new DomainError("quarantine.not-found");
    if (row.is_dismissed) throw new DomainError("quarantine.state");
    const { digest } = row;
    const entry = await appendEntry(tx, cx, {
      class: "log",
      outcome: "done",
      action: "quarantine.dismiss",
      subjects: [`quarantine:${entryId}`],
      details: { entry: entryId, digest, reason },
    });
    const byUserId = cx.principal.userId;
    const at = cx.clock.now();
    await insertDismissal(tx, { entryId, digest, tenantId, reason, byUserId, at, byEntryId: entry.id });
    const dismissed = await findQuarantinedRow(tx, seenBy(cx), entryId);
    return { entry, dismissed: dismissed ?? row };
  });
}

/**
 * Dismisses a quarantined entry with a reason. It then raises no alarm and no finding of the self-check while its
 * bytes stay the same. The entry stays in quarantine. Throws `quarantine.not-found`, and `quarantine.state` if it is
 * already dismissed.
 */
export async function dismissQuarantined(
  cx: Context,
  entryId: string,
  body: NewDismissal,
): Promise<QuarantinedEntry & { readonly receipt: Receipt }> {
  try {
    const { entry, dismissed } = await dismiss(cx, entryId, body);
    return { ...toQuarantined(cx, dismissed), receipt: await issueReceipt(cx, entry) };
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError("quarantine.state");
    throw error;
  }
}
