import "server-only";
import type { DecisionCase } from "@/lib/access/decisions/decision-case";
import { findSignedStatement } from "@/lib/access/decisions/prepared-decision";
import type { NewDecision } from "@/lib/access/requests/schema";
import type { Context } from "@/lib/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";
import { hasEnrolled } from "@/lib/identity/roster/store";

/**
 * Has the custodian look at a passkey's signature before the decision is stored: a wrong one is refused while its
 * signer is there, and not when the grant is due. Without a signature the portal signs, where it may.
 */
export async function proveDecision(cx: Context, requestId: string, body: NewDecision): Promise<void> {
  const { decision, signature } = body;
  if (decision === "ask") return;
  if (signature === undefined) return requirePortalMaySign(cx);
  if (signature.kind !== "passkey") return;
  await refuseRemovedPasskey(cx, signature);
  const { statement } = await inSnapshot(cx, (tx) => findSignedStatement(tx, cx, requestId, signature));
  await cx.escrow.noteStatement({ kind: "decision", statement, signature });
}

/**
 * The decisions that a grant would rest on must still be worth something: the custodian takes no word of the portal's
 * for somebody who has got a key since, and a grant it refuses would wait for ever.
 */
export async function requireStandingProofs(tx: Tx, one: DecisionCase): Promise<void> {
  for (const { decision, proofKind, approverUserId } of one.decisions) {
    if (decision !== "approve" || proofKind !== "evaluation") continue;
    if (!(await hasEnrolled(tx, approverUserId))) continue;
    throw new DomainError("decision.outdated", {
      detail:
        "The portal signed an earlier approval for a person who has since enrolled a key. It is no longer valid. Deny the request, and it can be filed again.",
    });
  }
}
