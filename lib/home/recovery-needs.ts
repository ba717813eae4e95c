import "server-only";
import type { Context } from "@/lib/context/context";
import { type Viewed, viewRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { REWRAP_PERSONS } from "@/lib/escrow/protocol/rewrap-statement";
import { type AskedRecovery, listAskedRecoveries } from "@/lib/home/recovery-store";
import type { Need } from "@/lib/home/schema";
import { isRewrapper, standingSignatures } from "@/lib/keys/recovery/load-case";
import { listSignatures } from "@/lib/keys/recovery/store";

const MAX_RECOVERIES = 20;

function need(kind: "key_recovery" | "key_proof", row: AskedRecovery): Need {
  return {
    kind,
    subject: { kind: "key", id: row.oldKeyId },
    reference: row.oldKid,
    at: row.askedAt.toISOString(),
    due_at: row.notAfter.toISOString(),
    is_late: false,
    facts: { party: row.participantId },
  };
}

/**
 * Returns recoveries of lost keys that wait for the caller: for their statement, by the current roster, or, in the
 * caller's own participant, for the proof of the new key after enough statements. It asks the custodian only when a
 * recovery waits.
 */
export async function recoveryNeeds(tx: Tx, cx: Context): Promise<Viewed<Need>> {
  const { principal, instance, clock } = cx;
  const { role, participantId, handle } = principal;
  const which = { tenantId: instance.tenantId, at: clock.now(), limit: MAX_RECOVERIES };
  const found = await listAskedRecoveries(tx, which);
  const { items: rows, ...missing } = viewRows(cx, "home.recoveries", found, (row: AskedRecovery) => row);
  if (rows.length === 0) return { items: [], ...missing };
  const roster = await cx.escrow.knownRoster();
  const needs: Need[] = [];
  for (const row of rows) {
    const signatures = await listSignatures(tx, row.id);
    const isSigned = (await standingSignatures(tx, signatures)).length >= REWRAP_PERSONS;
    const isOwn = row.participantId === participantId && (role === "client" || role === "miner");
    if (isOwn && isSigned) needs.push(need("key_proof", row));
    const isAwaited =
      isRewrapper(roster, row.participantId, handle) && !signatures.some((word) => word.person === handle);
    if (!isSigned && isAwaited) needs.push(need("key_recovery", row));
  }
  return { items: needs, ...missing };
}
