import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findCase, maySee } from "@/lib/keys/recovery/load-case";
import type { RecoveryStanding } from "@/lib/keys/recovery/schema";
import { recoveryView } from "@/lib/keys/recovery/view";

/**
 * Returns the newest recovery of a key, for its participant, the operators and people who may sign; null if it has
 * none. Throws `key.not-found`, `access.forbidden`.
 */
export async function getRecovery(
  cx: Pick<Context, "db" | "instance" | "clock" | "escrow" | "principal">,
  keyId: string,
): Promise<RecoveryStanding> {
  const roster = await cx.escrow.knownRoster();
  return inSnapshot(cx, async (tx) => {
    const { key, found } = await findCase(tx, keyId);
    if (!maySee(cx.principal, key.participantId, roster)) {
      throw new DomainError("access.forbidden", {
        detail: "Only the participant, the operators and the people who sign a recovery can see it.",
      });
    }
    return { recovery: found === undefined ? null : await recoveryView(tx, cx, found, roster) };
  });
}
