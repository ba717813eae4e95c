import "server-only";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import { lockAuthority } from "@/lib/authorities/registry/store";
import { authorityViews } from "@/lib/authorities/registry/view";
import type { AuthorityView } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

export type AuthorityAnswer = AuthorityView & { readonly receipt: Receipt };

/** Returns the registration after an act, with the act's receipt. */
export async function answerAuthority(
  cx: Context,
  id: string,
  entry: AppendedEntry,
): Promise<AuthorityAnswer> {
  const view = await inTransaction(cx, async (tx) => {
    const row = await lockAuthority(tx, cx.instance.tenantId, id);
    return row === undefined ? undefined : (await authorityViews(tx, cx, [row])).items[0];
  });
  if (view === undefined) throw new DomainError("authority.not-found");
  return { ...view, receipt: await issueReceipt(cx, entry) };
}
