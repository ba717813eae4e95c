import "server-only";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { findPrepared, type SignedPermission, spendPrepared } from "@/lib/disputes/change-store";
import { disputeStatement } from "@/lib/disputes/dispute-statement";
import type { NewDispute } from "@/lib/disputes/schema";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";
import type { GroupName } from "@/lib/vocabulary";

/** The dispute's facts that the party signs. */
interface Subject {
  readonly transactionId: string;
  readonly groups: readonly GroupName[];
}

function isSame(statement: SignedPermission["statement"], subject: Subject): boolean {
  const wanted = [...new Set(subject.groups)].sort();
  return statement.transaction === subject.transactionId && statement.groups.join() === wanted.join();
}

/**
 * Returns the prepared statement that the party signed. Its nonce is valid once. Throws `statement.expired` or
 * `statement.invalid`.
 */
async function takePrepared(
  cx: Context,
  subject: Subject,
  nonce: string,
): Promise<SignedPermission["statement"]> {
  const at = cx.clock.now();
  return inTransaction(cx, async (tx) => {
    const statement = await findPrepared(tx, { userId: cx.principal.userId, nonce, at });
    if (statement === undefined || !(await spendPrepared(tx, nonce, at)))
      throw new DomainError("statement.expired", { detail: "Prepare the dispute's statement again." });
    if (!isSame(statement, subject))
      throw new DomainError("statement.invalid", {
        detail: "The signed statement does not match the sent data.",
      });
    return statement;
  });
}

/**
 * Returns the party's permission for support to see masked fields: its own signature over the prepared statement, or
 * the portal's in evaluation. The custodian checks it now, while the signer is still present. The roster, not the
 * portal, decides who signs for a party.
 */
export async function signDispute(
  cx: Context,
  subject: Subject,
  signed: NewDispute["signed"],
): Promise<SignedPermission> {
  if (signed === undefined && !cx.instance.evaluation) {
    throw new DomainError("statement.required", {
      detail:
        "A dispute lets support see masked fields. Sign it with a passkey on the custodian's roster. Enrol one under Account.",
    });
  }
  await refuseRemovedPasskey(cx, signed?.signature);
  if (signed === undefined) await requirePortalMaySign(cx);
  const statement =
    signed === undefined ? disputeStatement(cx, subject) : await takePrepared(cx, subject, signed.nonce);
  const signature = signed?.signature ?? (await signAsPortal(cx.keystore, "dispute", statement));
  const assurance = await cx.escrow.noteStatement({ kind: "dispute", statement, signature });
  return { statement, signature, assurance };
}
