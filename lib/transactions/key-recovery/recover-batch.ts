import "server-only";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { readUnregistered, storeRegistrations } from "@/lib/escrow/client/registrar";
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
import { isLogBehind } from "@/lib/transactions/rewrap/store";
import { findTransactions } from "@/lib/transactions/store";
import { registrationItem } from "@/lib/transactions/verify-envelopes";
import { GroupName } from "@/lib/vocabulary";

/** The context of a recovery's batches; it cannot open an envelope. */
export type RecoverContext = Pick<Context, "db" | "instance" | "escrow" | "logger"> & AuditContext;

/** As for rotations: while no entries reach the tree, newly bound data become unreadable a minute later. */
const BEHIND_SECONDS = 20;
/** Transactions of one batch, of at most six groups each. */
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

/** Returns the next envelopes of the lost key, of named transactions whose rows match the log. */
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
          "transaction was not wrapped for its participant's new key",
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

/** Registers waiting envelopes now, with all checks: the custodian wraps only what it has registered. */
async function registerWaiting(cx: RecoverContext, items: readonly RegistrationItem[]): Promise<void> {
  const ids = [...new Set(items.map(({ tx }) => tx))];
  const waiting = await readUnregistered(cx, ids, GroupName.options);
  if (waiting.length > 0) await storeRegistrations(cx, await cx.escrow.register(waiting));
}

/** Commits the announcement of each envelope. The custodian is asked only after this has returned (I2). */
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

/** Records announced envelopes that were not wrapped. */
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

/** Checks that the new key was not reported compromised since. If it was, no more entries are wrapped for it. */
async function requireNewKey(tx: Tx, row: RecoveryRow): Promise<void> {
  const key = await lockKey(tx, row.newKeyId);
  const isUsable = key?.state === "active" || key?.state === "deactivated";
  if (isUsable && key.publicKey === row.newPublicKey) return;
  throw new DomainError("key.state", { detail: `The new key is ${key?.state ?? "gone"}.` });
}

/**
 * Has up to twenty transactions wrapped for the new key. Announces each envelope, asks the custodian, and stores its
 * entries with a log entry each, in one database transaction. A kill at any point leaves a batch undone or done. An
 * undone batch is asked for again with new announcements.
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
  // While the custodian is away, no envelope is announced.
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
