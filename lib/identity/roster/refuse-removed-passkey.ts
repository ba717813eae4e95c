import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { isRemovedPasskey } from "@/lib/identity/roster/people-store";

/** Returns the refusal of a signature by a passkey that its owner has removed. */
export function removedPasskey(): DomainError {
  return new DomainError("statement.passkey-removed", {
    detail:
      "This passkey was removed from your account, so it cannot sign any more. Replace it on the custodian's roster under Account.",
  });
}

/**
 * Throws for a signature by a passkey that its owner has removed, perhaps because it was stolen. The custodian keeps
 * its key until others have confirmed its removal from the roster. Until then the portal forwards none of its
 * signatures.
 */
export async function refuseRemovedPasskey(
  cx: Pick<Context, "db" | "instance">,
  signature: StatementSignature | undefined,
): Promise<void> {
  if (signature?.kind !== "passkey") return;
  if (await isRemovedPasskey(cx.db.run, signature.credential_id)) throw removedPasskey();
}
