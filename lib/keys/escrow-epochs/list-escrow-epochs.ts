import "server-only";
import type { Context } from "@/lib/context/context";
import { formatSeconds } from "@/lib/crypto/instant";
import { inSnapshot } from "@/lib/db/transaction";
import { countUnderEpoch, selectEpochs } from "@/lib/escrow/client/store";
import { seesUnderEpochs } from "@/lib/keys/permissions";
import type { EscrowEpochList } from "@/lib/keys/schema";

const DAY_MS = 24 * 60 * 60_000;

/** Returns when the custodian starts the next epoch automatically, if it has reported its rotation period. */
function dueAt(createdAt: string, rotationDays: number | undefined): { due_at?: string } {
  if (rotationDays === undefined) return {};
  return { due_at: formatSeconds(Date.parse(createdAt) + rotationDays * DAY_MS) };
}

/** Returns the escrow epochs with the custodian's signatures, for clients that seal themselves. */
export async function listEscrowEpochs(
  cx: Pick<Context, "db" | "instance" | "escrow" | "principal">,
): Promise<EscrowEpochList> {
  const { tenantId, log } = cx.instance;
  const seesWraps = seesUnderEpochs(cx.principal);
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
      ...(state === "active" ? dueAt(statement.created_at, cx.escrow.rotationDays()) : {}),
      ...wraps,
    })),
    custodian: cx.escrow.vkey,
    order: { log, person: cx.principal.handle },
  };
}
