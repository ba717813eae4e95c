import "server-only";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { tellEpoch } from "@/lib/escrow/client/store";
import { deleteFormer, type FormerEntry, listFormer } from "@/lib/transactions/rewrap/store";
import { lockTransactions } from "@/lib/transactions/store";

type DropContext = Pick<Context, "db" | "instance" | "escrow" | "logger"> & AuditContext;

/** Returns whether the pinned custodian signed that it opens its entry of exactly the current body. */
function isConfirmed(custodian: Uint8Array, former: FormerEntry): boolean {
  const { transactionId: tx, group: grp, newest, confirmed } = former;
  const ok = { tx, grp, gen: newest.gen, bd: newest.bd, kid: confirmed.kid };
  return confirmed.bd === newest.bd && verifyEscrowOk(custodian, ok, fromBase64url(confirmed.signature));
}

async function drop(tx: Tx, cx: DropContext, ids: readonly string[]): Promise<number> {
  await lockTransactions(tx, cx.instance.tenantId, ids);
  const custodian = parseVkey(cx.escrow.vkey).publicKey;
  const all = await listFormer(tx, ids);
  const former = all.filter((one) => isConfirmed(custodian, one));
  if (former.length < all.length) {
    cx.logger.error({ alarm: "escrow.unconfirmed" }, "custodian had not signed a registration");
  }
  const transactions = [...new Set(former.map(({ transactionId }) => transactionId))];
  if (transactions.length === 0) return 0;
  await appendEntries(
    tx,
    cx,
    transactions.map((transaction) => {
      const own = former.filter(({ transactionId }) => transactionId === transaction);
      return {
        class: "transaction" as const,
        outcome: "done" as const,
        action: "transaction.confirm",
        subjects: [`transaction:${transaction}`],
        details: { transaction, dropped: own.map(({ group, gen }) => `${group} ${gen}`) },
        index: { transactionId: transaction },
      };
    }),
  );
  // Pages that follow an epoch show the entries under it, which are counted there until now.
  const epochs = new Set(former.map(({ confirmed }) => Number(confirmed.kid.slice("escrow#".length))));
  for (const epoch of epochs) await tellEpoch(tx, epoch);
  return deleteFormer(tx, former);
}

/**
 * Removes the escrow's entries of former generations whose successors the custodian has confirmed, with a log entry for
 * each transaction. Returns how many were removed. Any number of processes may do so.
 */
export async function dropFormer(cx: DropContext): Promise<number> {
  const found = await inSnapshot(cx, (tx) => listFormer(tx));
  const ids = [...new Set(found.map(({ transactionId }) => transactionId))].slice(0, 50);
  return ids.length === 0 ? 0 : inTransaction(cx, (tx) => drop(tx, cx, ids));
}
