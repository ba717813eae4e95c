import "server-only";
import { findSignedStatement } from "@/lib/access/prepared-decision";
import type { NewDecision } from "@/lib/access/schema";
import type { SignedDecision } from "@/lib/access/sign-decision";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";

/**
 * Has the custodian look at a passkey's signature before the decision is stored: a wrong one is refused while its
 * signer is there, and not when the grant is due. Without a signature the portal signs, where it may.
 */
export async function proveDecision(cx: Context, requestId: string, body: NewDecision): Promise<void> {
  const { decision, signature } = body;
  if (decision === "ask") return;
  if (signature === undefined) return requirePortalMaySign(cx);
  if (signature.kind !== "passkey") return;
  const { statement } = await inSnapshot(cx, (tx) => findSignedStatement(tx, cx, requestId, signature));
  await cx.escrow.noteStatement({ kind: "decision", statement, signature });
}

/**
 * Shows the custodian what the portal signed for an approver, so that it counts although the approver enrols a key of
 * their own before the second stage. Best effort: a custodian that is away is told with the grant, as ever.
 */
export async function noteForLater(cx: Context, signed: SignedDecision | undefined): Promise<void> {
  if (signed?.proofKind !== "evaluation") return;
  const { statement, signature } = signed;
  try {
    await cx.escrow.noteStatement({ kind: "decision", statement, signature });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    cx.logger.warn({ code: error.code }, "the custodian has not seen a decision yet");
  }
}
