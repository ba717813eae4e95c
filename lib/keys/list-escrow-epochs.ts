import "server-only";
import type { Context, Role } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { countUnderEpoch, selectEpochs } from "@/lib/escrow/store";
import type { EscrowEpochList } from "@/lib/keys/schema";

/** Who sees how much lies under an epoch. */
const COUNTERS: readonly Role[] = ["coordinator", "admin"];

/** The escrow epochs with the custodian's signatures, for clients that seal themselves. */
export async function listEscrowEpochs(
  cx: Pick<Context, "db" | "instance" | "escrow" | "principal">,
): Promise<EscrowEpochList> {
  const { tenantId, log } = cx.instance;
  const seesWraps = COUNTERS.includes(cx.principal.role);
  const epochs = await inSnapshot(cx, async (tx) => {
    const rows = await selectEpochs(tx, log);
    if (!seesWraps) return rows.map((row) => ({ ...row, wraps: {} }));
    const counted = [];
    for (const row of rows) {
      const remaining_wraps = await countUnderEpoch(tx, tenantId, row.statement.epoch);
      counted.push({ ...row, wraps: { remaining_wraps } });
    }
    return counted;
  });
  return {
    items: epochs.map(({ statement, signature, state, wraps }) => ({
      epoch: statement.epoch,
      kid: statement.kid,
      public_key: statement.public_key,
      created_at: statement.created_at,
      state,
      signature,
      ...wraps,
    })),
    custodian: cx.escrow.vkey,
  };
}
