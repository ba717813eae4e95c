import "server-only";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Tx } from "@/lib/db/transaction";
import { moveWraps } from "@/lib/keys/rotation/store";
import { tellHandedOver } from "@/lib/keys/wraps/store";
import type { HandOverKeys, PlacedEntry } from "@/lib/transactions/client-held/place-entry";
import type { TransactionRow } from "@/lib/transactions/rows";
import { bindGroups } from "@/lib/transactions/store";

/** The replaced entries of one transaction. */
export interface TransactionEntries {
  readonly transaction: TransactionRow;
  readonly placed: readonly PlacedEntry[];
}

function eventOf({ old, next }: HandOverKeys, { transaction, placed }: TransactionEntries): AuditEvent {
  const digests = placed.map((one) => one.digests);
  return {
    class: "transaction",
    outcome: "done",
    action: "transaction.rewrap",
    subjects: [`transaction:${transaction.id}`],
    details: {
      transaction: transaction.id,
      kid: next.kid,
      groups: digests.map(({ grp }) => grp),
      old_kids: [old.kid],
      held: true,
    },
    pub: { envelopes: [...digests].sort((a, b) => (a.grp < b.grp ? -1 : 1)) },
    index: { transactionId: transaction.id, participantId: old.participantId },
  };
}

/** Writes a log entry for each transaction and stores the moved entries; returns the log entries in that order. */
export async function storeEntries(
  tx: Tx,
  cx: Context,
  keys: HandOverKeys,
  changes: readonly TransactionEntries[],
): Promise<AppendedEntry[]> {
  if (changes.length === 0) return [];
  const written = await appendEntries(
    tx,
    cx,
    changes.map((change) => eventOf(keys, change)),
  );
  const moved = changes.flatMap(({ placed }) => placed.map((one) => one.moved));
  if ((await moveWraps(tx, moved)) !== moved.length)
    throw new TypeError("a locked recipient entry does not exist");
  const bound = changes.flatMap(({ placed }, at) =>
    placed.map(({ moved: { transactionId, group, gen } }) => ({
      transactionId,
      group,
      gen,
      entryId: written[at]?.id ?? "",
    })),
  );
  await bindGroups(tx, bound);
  await tellHandedOver(tx, keys.old.id);
  return written;
}
