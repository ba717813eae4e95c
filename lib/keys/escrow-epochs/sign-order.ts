import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { EpochStatement, SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { refuseRemovedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";

/**
 * Checks that the caller is an administrator. The escrow belongs to no participant, so administrators start and destroy
 * its epochs. Throws `access.forbidden`.
 */
export function requireEscrowAdministrator({ role }: Pick<Context["principal"], "role">): void {
  if (role === "admin") return;
  throw new DomainError("access.forbidden", {
    detail: "Only administrators can change the escrow's epochs.",
  });
}

/**
 * Returns the caller's order for the custodian: with their own signature or, in an evaluation for an administrator
 * without a key, the portal's. Throws `statement.required` where they have to sign.
 */
export async function signOrder(
  cx: Context,
  { act, epoch }: Pick<EpochStatement, "act" | "epoch">,
  signature: StatementSignature | undefined,
): Promise<SignedEpochOrder> {
  const statement = { log: cx.instance.log, act, epoch, person: cx.principal.handle };
  if (signature !== undefined) {
    await refuseRemovedPasskey(cx, signature);
    return { statement, signature };
  }
  await requirePortalMaySign(cx);
  return { statement, signature: await signAsPortal(cx.keystore, "epoch", statement) };
}
