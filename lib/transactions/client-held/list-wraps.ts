import "server-only";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { findOwnClientHeld } from "@/lib/keys/possession/client-held-key";
import { selectActiveKeys } from "@/lib/keys/store";
import type { WrappedGroup, WrapsPage, WrapsQuery } from "@/lib/keys/wraps/schema";
import { listWrapped } from "@/lib/keys/wraps/store";
import { isRecordInLog, loadAllSealed, type SealedRecord } from "@/lib/transactions/read/load-sealed";
import { findTransactions } from "@/lib/transactions/store";

function groupsFor(kid: string, { groups }: SealedRecord): WrappedGroup[] {
  return groups.flatMap(({ row, envelope }) => {
    const recipient = envelope.recipients.find(({ header }) => header.kid === kid);
    if (recipient === undefined) return [];
    const { transactionId: transaction_id, group, ep, gen } = row;
    const { header, encrypted_key } = recipient;
    return [
      {
        transaction_id,
        group,
        ep,
        gen,
        protected: row.protected,
        recipient: { header: { ...header, epk: { ...header.epk } }, encrypted_key },
      },
    ];
  });
}

/** The page from the database as it is now, with the participant and key it is about. */
async function read(
  tx: Tx,
  cx: Context,
  keyId: string,
  query: WrapsQuery,
): Promise<{ page: WrapsPage; participantId: string }> {
  const { participantId, remainingWraps, ...key } = await findOwnClientHeld(tx, cx.principal, keyId);
  const where = { keyVersionId: key.id, after: query.cursor, limit: query.limit + 1 };
  const found = await listWrapped(tx, where);
  const ids = found.slice(0, query.limit);
  const transactions = await findTransactions(tx, cx.instance.tenantId, ids);
  const records = await loadAllSealed(tx, transactions);
  const items: WrappedGroup[] = [];
  const replaced: string[] = [];
  for (const [at, transaction] of transactions.entries()) {
    const record = records[at];
    if (record === undefined) continue;
    if (isRecordInLog(cx, transaction, record)) items.push(...groupsFor(key.kid, record));
    else replaced.push(transaction.id);
  }
  const [active] = await selectActiveKeys(tx, [participantId], false);
  const page: WrapsPage = {
    key_id: key.id,
    kid: key.kid,
    items,
    not_in_log: replaced,
    successor:
      active === undefined || active.id === key.id
        ? null
        : { key_id: active.id, kid: active.kid, public_key: active.publicKey },
    remaining_wraps: remainingWraps,
    next_cursor: found.length > query.limit ? (ids.at(-1) ?? null) : null,
  };
  return { page, participantId };
}

/**
 * Returns the entries still wrapped for a client-held key, for its holder's program, with what each is bound to.
 * Compares groups with the log first; those that differ are named and not returned. Throws `key.not-found`,
 * `access.forbidden`, `key.state`.
 */
export async function listWraps(cx: Context, keyId: string, query: WrapsQuery): Promise<WrapsPage> {
  const { page, participantId } = await inSnapshot(cx, (tx) => read(tx, cx, keyId, query));
  for (const transaction of page.not_in_log) {
    cx.logger.error({ alarm: "envelope.replaced", transaction }, "stored envelope does not match the log");
  }
  await recordEvent(cx, {
    class: "key",
    outcome: "done",
    action: "key.read",
    subjects: [`key:${page.key_id}`],
    details: { kid: page.kid, entries: page.items.length },
    index: { participantId },
  });
  return page;
}
