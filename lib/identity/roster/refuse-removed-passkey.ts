import "server-only";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { isRemovedPasskey } from "@/lib/identity/roster/people-store";

/**
 * Refuses a signature by a passkey that its owner has removed, perhaps since a thief has it. The custodian goes on
 * knowing its key until others have confirmed that it leaves the roster: until then the portal passes none of its
 * signatures on.
 */
export async function refuseRemovedPasskey(
  cx: Pick<Context, "db" | "instance">,
  signature: StatementSignature | undefined,
): Promise<void> {
  if (signature?.kind !== "passkey") return;
  if (!(await inSnapshot(cx, (tx) => isRemovedPasskey(tx, signature.credential_id)))) return;
  throw new DomainError("statement.passkey-removed", {
    detail:
      "This passkey was removed from your account and can no longer sign. Replace it on the custodian's roster under Account, Security.",
  });
}
