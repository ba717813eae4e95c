import "server-only";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { selectEpochs } from "@/lib/escrow/store";
import type { EscrowEpochList } from "@/lib/keys/schema";

/** The escrow epochs with the custodian's signatures, for clients that seal themselves. */
export async function listEscrowEpochs(
  cx: Pick<Context, "db" | "instance" | "escrow">,
): Promise<EscrowEpochList> {
  const epochs = await inSnapshot(cx, (tx) => selectEpochs(tx, cx.instance.log));
  return {
    items: epochs.map(({ statement, signature, state }) => ({
      epoch: statement.epoch,
      kid: statement.kid,
      public_key: statement.public_key,
      created_at: statement.created_at,
      state,
      signature,
    })),
    custodian: cx.escrow.vkey,
  };
}
