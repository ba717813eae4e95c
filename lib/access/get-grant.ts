import "server-only";
import type { GrantAnswer, GrantView } from "@/lib/access/answer-schema";
import { loadGrant } from "@/lib/access/load-grant";
import { getPerson } from "@/lib/access/people/store";
import { recordingRefusals } from "@/lib/access/record-refusal";
import { grantView } from "@/lib/access/view";
import type { AppendedEntry } from "@/lib/audit/event";
import { issueReceipt } from "@/lib/audit/issue-receipt";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";

function viewGrant(cx: Context, id: string): Promise<GrantView> {
  return inSnapshot(cx, async (tx) => {
    const grant = await loadGrant(tx, cx, id, "grant.read");
    const holder = await getPerson(tx, grant.subjectUserId);
    return grantView(grant, holder.handle, cx.clock.now());
  });
}

/** One grant, for its holder and for reviewers. */
export function getGrant(cx: Context, id: string): Promise<GrantView> {
  return recordingRefusals(cx, { action: "grant.read", grantId: id }, () => viewGrant(cx, id));
}

/** The grant as it is now, with the receipt of the entry that changed it. */
export async function answerGrant(cx: Context, id: string, entry: AppendedEntry): Promise<GrantAnswer> {
  return { ...(await viewGrant(cx, id)), receipt: await issueReceipt(cx, entry) };
}
