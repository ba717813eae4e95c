import "server-only";
import type { Context } from "@/lib/context/context";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { loadOwnCase, requireAsked } from "@/lib/keys/recovery/load-case";
import { requireSignatures } from "@/lib/keys/recovery/require-signatures";
import type { RecoveryChallenge } from "@/lib/keys/recovery/schema";
import { statementsOf } from "@/lib/keys/recovery/terms";
import { kidOf } from "@/lib/keys/store";

/**
 * Returns the custodian's own challenge to the holder of the new key, after two people have signed. The custodian
 * itself checks the key that it will wrap for. Throws `key.recovery-not-found`, `access.forbidden`, `key.state`,
 * `custodian.refused`.
 */
export async function challengeRecovery(cx: Context, keyId: string): Promise<RecoveryChallenge> {
  const one = await loadOwnCase(cx, keyId);
  requireAsked(one, cx.clock.now());
  const { row } = one;
  const signatures = requireSignatures(row.participantId, one.signatures, await requireRoster(cx));
  const challenge = await cx.escrow.lostKeys.challenge({
    statements: statementsOf(cx, row, signatures),
    key_id: row.newKeyId,
  });
  const kid = kidOf(row.participantId, row.newVersion);
  return { success: true, recovery_id: row.id, key_id: row.newKeyId, kid, challenge };
}
