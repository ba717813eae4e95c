import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { lockActiveKeys } from "@/lib/keys/active-keys";
import { findOwnClientHeld, requireReplaced } from "@/lib/keys/possession/client-held-key";
import { faultOf } from "@/lib/keys/possession/take-answer";
import { countWraps, type KeyVersion, lockKey, lockParticipant } from "@/lib/keys/store";
import type { HandedOver, NewEntry, WrapsOrder } from "@/lib/keys/wraps/schema";
import {
  type HandOverKeys,
  type PlacedEntry,
  placeEntry,
  refuseEntry,
  refuseForeign,
} from "@/lib/transactions/client-held/place-entry";
import { storeEntries, type TransactionEntries } from "@/lib/transactions/client-held/store-entries";
import { isRecordInLog, loadAllSealed } from "@/lib/transactions/read/load-sealed";
import { isLogBehind } from "@/lib/transactions/rewrap/store";
import { findTransactions, lockTransactions } from "@/lib/transactions/store";
import { GroupName } from "@/lib/vocabulary";

/** As for rotations: while no entries reach the tree, newly bound data become unreadable a minute later. */
const BEHIND_SECONDS = 20;

const pointerOf = (at: number): string => `/entries/${at}`;

/** One entry for each group, each with its own ephemeral key. */
function requireDistinct(entries: readonly NewEntry[]): void {
  const groups = new Set<string>();
  const ephemeral = new Set<string>();
  for (const [at, { transaction_id, group, recipient }] of entries.entries()) {
    const place = `${transaction_id}|${group}`;
    if (groups.has(place)) refuseEntry(pointerOf(at), "a group is given twice");
    const { x } = recipient.header.epk;
    if (ephemeral.has(x))
      refuseEntry(`${pointerOf(at)}/recipient/header/epk`, "an ephemeral key is used once");
    groups.add(place);
    ephemeral.add(x);
  }
}

/**
 * Requires proof of the old key. With only a session or an API key, a person could replace every entry with invalid
 * bytes.
 */
async function requirePossession(cx: Context, key: KeyVersion, tag: string): Promise<void> {
  const detail = await faultOf(cx, key, tag);
  if (detail === undefined) return;
  await recordEvent(cx, {
    class: "key",
    outcome: "denied",
    action: "key.prove",
    subjects: [`key:${key.id}`],
    details: { kid: key.kid, code: "key.proof", detail },
    index: { participantId: key.participantId },
  });
  throw new DomainError("key.proof", { detail, errors: [{ pointer: "/client_tag", detail }] });
}

/** Locks participant, old and active key in the order of every other change, and returns them. */
async function lockKeys(tx: Tx, cx: Context, keyId: string): Promise<HandOverKeys> {
  const { participantId } = await findOwnClientHeld(tx, cx.principal, keyId);
  if (!(await lockParticipant(tx, participantId))) throw new DomainError("key.not-found");
  const old = await lockKey(tx, keyId);
  if (old === undefined) throw new DomainError("key.not-found");
  requireReplaced(old);
  const [next] = await lockActiveKeys(cx, tx, [participantId]);
  if (next === undefined) {
    throw new DomainError("key.state", {
      detail: `Participant ${participantId} has no active key to wrap for.`,
    });
  }
  return { old, next };
}

/** Locks a party's transactions only. The answer does not show that others exist. */
async function requireOwn(
  tx: Tx,
  cx: Context,
  participantId: string,
  entries: readonly NewEntry[],
): Promise<void> {
  const ids = entries.map(({ transaction_id }) => transaction_id);
  const known = await findTransactions(tx, cx.instance.tenantId, ids);
  const own = new Set(
    known.filter(({ participants }) => participants.includes(participantId)).map(({ id }) => id),
  );
  const foreign = ids.findIndex((id) => !own.has(id));
  if (foreign >= 0) refuseForeign(pointerOf(foreign));
}

/** Returns the changes of the posted entries, from rows that are locked and compared with the log. */
async function placeAll(
  tx: Tx,
  cx: Context,
  keys: HandOverKeys,
  entries: readonly NewEntry[],
): Promise<TransactionEntries[]> {
  await requireOwn(tx, cx, keys.old.participantId, entries);
  const ids = [...new Set(entries.map(({ transaction_id }) => transaction_id))];
  const transactions = await lockTransactions(tx, cx.instance.tenantId, ids);
  const records = await loadAllSealed(tx, transactions);
  return transactions.map((transaction, index) => {
    const record = records[index];
    if (record === undefined || !isRecordInLog(cx, transaction, record)) {
      cx.logger.error(
        { alarm: "envelope.replaced", transaction: transaction.id },
        "transaction was not handed over to its participant's new key",
      );
      throw new DomainError("envelope.replaced", { extra: { transaction_id: transaction.id } });
    }
    const placed: PlacedEntry[] = [];
    for (const [at, entry] of entries.entries()) {
      if (entry.transaction_id !== transaction.id) continue;
      const group = record.groups.find(({ row }) => row.group === entry.group);
      const one = placeEntry(keys, group, entry, pointerOf(at));
      if (one !== undefined) placed.push(one);
    }
    return { transaction, placed };
  });
}

async function move(tx: Tx, cx: Context, keyId: string, entries: readonly NewEntry[]) {
  const keys = await lockKeys(tx, cx, keyId);
  if (await isLogBehind(tx, BEHIND_SECONDS)) throw new DomainError("service.audit-unavailable");
  const changes = (await placeAll(tx, cx, keys, entries)).filter(({ placed }) => placed.length > 0);
  const written = await storeEntries(tx, cx, keys, changes);
  return { keys, changes, written, remaining: await countWraps(tx, keyId) };
}

/**
 * Replaces the entries of a replaced client-held key with posted ones for the participant's active key. The portal
 * opens no envelope; protected, iv, ciphertext and tag stay byte-identical, and each transaction gets a log entry. All
 * or nothing. Entries of groups that were moved before are skipped, so a batch may be sent again. Throws
 * `key.not-found`, `access.forbidden`, `key.state`, `key.proof`, `key.rotated`, `request.invalid`, `envelope.replaced`.
 */
export async function handOver(cx: Context, keyId: string, order: WrapsOrder): Promise<HandedOver> {
  const { entries } = order;
  requireDistinct(entries);
  const key = await inSnapshot(cx, (tx) => findOwnClientHeld(tx, cx.principal, keyId));
  requireReplaced(key);
  await requirePossession(cx, key, order.client_tag);
  const { keys, changes, written, remaining } = await inTransaction(cx, (tx) => move(tx, cx, keyId, entries));
  const results: HandedOver["results"] = [];
  for (const [at, { transaction, placed }] of changes.entries()) {
    const entry = written[at];
    if (entry === undefined) throw new TypeError("a change has no entry");
    const groups = placed.map(({ moved }) => GroupName.parse(moved.group));
    results.push({ transaction_id: transaction.id, groups, receipt: await issueReceipt(cx, entry) });
  }
  const rewrapped = changes.reduce((sum, { placed }) => sum + placed.length, 0);
  return {
    success: true,
    key_id: key.id,
    kid: key.kid,
    new_kid: keys.next.kid,
    rewrapped,
    skipped: entries.length - rewrapped,
    remaining_wraps: remaining,
    results,
  };
}
