import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { jwkThumbprint } from "@/lib/crypto/reply";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { insertEpoch, lockEpochs, selectEpochs } from "@/lib/escrow/client/store";
import type { SignedEpoch } from "@/lib/escrow/protocol/messages";
import type { EscrowEpoch } from "@/lib/escrow/protocol/port";

/** What storing an epoch needs. The portal stores it, because the log entry is sealed with the portal's keystore. */
export type EpochContext = Pick<Context, "db" | "instance" | "escrow"> & AuditContext;

/**
 * Stores an epoch with its log entry in the caller's transaction, which holds `lockEpochs`. Returns undefined when it is
 * stored already.
 */
export async function storeEpoch(
  tx: Tx,
  cx: EpochContext,
  { signed, publicKey, epoch }: EscrowEpoch,
): Promise<AppendedEntry | undefined> {
  const known = await selectEpochs(tx, cx.instance.log);
  if (known.some(({ statement }) => statement.epoch >= epoch)) return undefined;
  const entry = await appendEntry(tx, cx, {
    class: "key",
    outcome: "done",
    action: "escrow.epoch",
    // The same act deactivates the previous epoch.
    subjects: [epoch, ...known.map(({ statement }) => statement.epoch)].map(
      (number) => `escrow_epoch:${number}`,
    ),
    details: { kid: signed.statement.kid, public_key: signed.statement.public_key },
    pub: { thumbprint: jwkThumbprint(publicKey) },
  });
  await insertEpoch(tx, { tenantId: cx.instance.tenantId, entryId: entry.id, signed });
  return entry;
}

/** Reads and stores epochs with the custodian's signatures. The escrow client verifies the signatures. */
export function readStoredEpochs(cx: Pick<Context, "db" | "instance">): Promise<SignedEpoch[]> {
  return inSnapshot(cx, (tx) => selectEpochs(tx, cx.instance.log)).then((rows) =>
    rows.map(({ statement, signature }) => ({ statement, signature })),
  );
}

/** Stores the custodian's newest epoch in the database, so that sealing continues while the custodian is away. */
export async function recordEpoch(cx: EpochContext): Promise<void> {
  const current = await cx.escrow.epoch();
  const known = await inSnapshot(cx, (tx) => selectEpochs(tx, cx.instance.log));
  if (known.some(({ statement }) => statement.epoch >= current.epoch)) return;
  await inTransaction(cx, async (tx) => {
    await lockEpochs(tx, cx.instance.tenantId);
    await storeEpoch(tx, cx, current);
  });
}
