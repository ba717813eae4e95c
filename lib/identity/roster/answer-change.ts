import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { loadCases, loadViews } from "@/lib/identity/roster/load-views";
import type { RosterChangeAnswer } from "@/lib/identity/roster/schema";
import { findChange } from "@/lib/identity/roster/store";
import type { ChangeCase } from "@/lib/identity/roster/view";
import { isFresh } from "@/lib/identity/sessions/session-rules";

/** Returns a change with its person and those who agreed. Throws not found for an unknown change. */
export async function loadCase(tx: Tx, cx: Context, id: string): Promise<ChangeCase> {
  const change = await findChange(tx, cx.instance.tenantId, id);
  const [one] = change === undefined ? [] : await loadCases(tx, [change]);
  if (one === undefined) throw new DomainError("roster-change.not-found");
  return one;
}

/** Returns the change after an act, with the act's receipt. */
export async function answerChange(
  cx: Context,
  id: string,
  { current, entry }: { readonly current: Roster; readonly entry: AppendedEntry },
): Promise<RosterChangeAnswer> {
  const [view] = await inSnapshot(cx, async (tx) => loadViews(tx, cx, [await loadCase(tx, cx, id)], current));
  if (view === undefined) throw new DomainError("roster-change.not-found");
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

/** Refuses to change keys without a session that has a recent proof of more than a password. */
export function requireFreshProof(cx: Pick<Context, "principal" | "clock">): void {
  const { proof } = cx.principal;
  if (proof.kind !== "session") {
    throw new DomainError("auth.session-only", {
      detail: "An API key cannot make this call. Sign in instead.",
    });
  }
  if (isFresh(proof.multiFactorAt, cx.clock.now())) return;
  throw new DomainError("auth.step-up", {
    detail: "This needs a proof of your second factor from the last 15 minutes.",
  });
}
