import "server-only";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { readUnregistered, storeRegistrations } from "@/lib/escrow/client/register-groups";
import type { RecoverResult } from "@/lib/escrow/protocol/lost-key";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { AnnouncedEnvelope } from "@/lib/escrow/protocol/port";
import type { RecoveryRow } from "@/lib/keys/recovery/store";
import { recoveryDigest } from "@/lib/keys/recovery/terms";
import { kidOf, lockKey } from "@/lib/keys/store";
import { listWrapped } from "@/lib/keys/wraps/store";
import { type RecoveryOf, rewrapEvent } from "@/lib/transactions/key-recovery/envelope";
import { storeRecovered } from "@/lib/transactions/key-recovery/store-recovered";
import { isRecordInLog, loadAllSealed } from "@/lib/transactions/read/load-sealed";
import { registrationItem } from "@/lib/transactions/registration-item";
import { isLogBehind } from "@/lib/transactions/rewrap/store";
import { findTransactions } from "@/lib/transactions/store";
import { GroupName } from "@/lib/vocabulary";

/** What a recovery's batches need: nothing of it opens an envelope. */
export type RecoverContext = Pick<Context, "db" | "instance" | "escrow" | "logger"> & AuditContext;

/** As for rotations: what is bound anew while nothing goes into the tree would be shut a minute later. */
const BEHIND_SECONDS = 20;
/** Transactions of one batch; of six groups each at most. */
const BATCH = 20;

export type RecoverBatch =
  | { readonly kind: "waits" }
  | { readonly kind: "through" }
  | { readonly kind: "moved"; readonly moved: number; readonly last: string };

export function recoveryOf(cx: Pick<Context, "instance">, row: RecoveryRow): RecoveryOf {
  return {
    id: row.id,
    digest: recoveryDigest(cx, row),
    participantId: row.participantId,
    oldKid: kidOf(row.participantId, row.oldVersion),
    newKid: kidOf(row.participantId, row.newVersion),
    newKeyId: row.newKeyId,
  };
}

/** The next envelopes under the lost key, of named transactions whose rows are those in the log. */
async function nextOf(cx: RecoverContext, row: RecoveryRow, after: string | undefined) {
  const named = new Set(row.transactions);
  return inSnapshot(cx, async (tx) => {
    if (await isLogBehind(tx, BEHIND_SECONDS)) return undefined;
    const page = await listWrapped(tx, { keyVersionId: row.oldKeyId, after, limit: BATCH });
    const own = page.filter((id) => named.has(id));
    const transactions = await findTransactions(tx, cx.instance.tenantId, own);
    const records = await loadAllSealed(tx, transactions);
    const { oldKid } = recoveryOf(cx, row);
    const items = transactions.flatMap((transaction, at) => {
      const record = records[at];
      if (record === undefined) return [];
      if (!isRecordInLog(cx, transaction, record)) {
        cx.logger.error(
          { alarm: "envelope.replaced", transaction: transaction.id },
          "a transaction was not wrapped for its participant's new key",
        );
        return [];
      }
      return record.groups
        .filter(({ wraps }) => wraps.some(({ kid }) => kid === oldKid))
        .map((group) => registrationItem(transaction, group));
    });
    return { items, last: page.at(-1) };
  });
}

/** The custodian wraps what it registered: what waits for that is registered now, with all its checks. */
async function registerWaiting(cx: RecoverContext, items: readonly RegistrationItem[]): Promise<void> {
  const ids = [...new Set(items.map(({ tx }) => tx))];
  const waiting = await readUnregistered(cx, ids, GroupName.options);
  if (waiting.length > 0) await storeRegistrations(cx, waiting, await cx.escrow.register(waiting));
}

/** Commits the announcement of each envelope; nothing is asked of the custodian before this has returned (I2). */
async function announce(
  cx: RecoverContext,
  of: RecoveryOf,
  items: readonly RegistrationItem[],
): Promise<AnnouncedEnvelope[]> {
  const entries = await inTransaction(cx, (tx) =>
    appendEntries(
      tx,
      cx,
      items.map((item) => rewrapEvent(of, item, { outcome: "intent" })),
    ),
  );
  return items.flatMap((envelope, at) => {
    const intent = entries[at];
    return intent === undefined ? [] : [{ envelope, intent }];
  });
}

/** What was announced and did not come about is written down as well. */
async function ask(
  cx: RecoverContext,
  of: RecoveryOf,
  announced: readonly AnnouncedEnvelope[],
): Promise<readonly RecoverResult[]> {
  try {
    return await cx.escrow.lostKeys.recover(of.digest, announced);
  } catch (error) {
    const code = error instanceof DomainError ? error.code : "service.unavailable";
    await inTransaction(cx, (tx) =>
      appendEntries(
        tx,
        cx,
        announced.map(({ envelope, intent }) =>
          rewrapEvent(of, envelope, { outcome: "failed", intent: intent.id, error: code }),
        ),
      ),
    );
    throw error;
  }
}

/** The new key may have been reported compromised since: nothing more is wrapped for it then. */
async function requireNewKey(tx: Tx, row: RecoveryRow): Promise<void> {
  const key = await lockKey(tx, row.newKeyId);
  const isUsable = key?.state === "active" || key?.state === "deactivated";
  if (isUsable && key.publicKey === row.newPublicKey) return;
  throw new DomainError("key.state", { detail: `The new key is ${key?.state ?? "gone"}.` });
}

/**
 * Has up to twenty transactions wrapped for the new key: announces each envelope, asks the custodian, and puts its entries
 * in their places under an entry of the log each, in one database transaction. Killed at any point it leaves a batch undone
 * or done, and is asked again under new announcements.
 */
export async function recoverBatch(
  cx: RecoverContext,
  row: RecoveryRow,
  after: string | undefined,
): Promise<RecoverBatch> {
  const next = await nextOf(cx, row, after);
  if (next === undefined) return { kind: "waits" };
  const { items, last } = next;
  if (last === undefined) return { kind: "through" };
  if (items.length === 0) return { kind: "moved", moved: 0, last };
  await inTransaction(cx, (tx) => requireNewKey(tx, row));
  // Nothing is announced to a custodian that is away.
  await cx.escrow.identity();
  await registerWaiting(cx, items);
  const of = recoveryOf(cx, row);
  const announced = await announce(cx, of, items);
  const results = await ask(cx, of, announced);
  const moved = await inTransaction(cx, async (tx) => {
    await requireNewKey(tx, row);
    return storeRecovered(tx, cx, of, row.oldKeyId, announced, results);
  });
  return { kind: "moved", moved, last };
}
