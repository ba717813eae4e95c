import "server-only";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import type { RecoverResult } from "@/lib/escrow/protocol/lost-key";
import type { AnnouncedEnvelope } from "@/lib/escrow/protocol/port";
import { moveWraps } from "@/lib/keys/rotation/store";
import { tellHandedOver } from "@/lib/keys/wraps/store";
import {
  placeRecovered,
  type RecoveredEnvelope,
  type RecoveryOf,
  rewrapEvent,
} from "@/lib/transactions/key-recovery/envelope";
import { isRecordInLog, loadAllSealed } from "@/lib/transactions/read/load-sealed";
import { bindGroups, lockTransactions } from "@/lib/transactions/store";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

type StoreContext = Pick<Context, "instance" | "logger"> & AuditContext;

interface Outcome {
  readonly announced: AnnouncedEnvelope;
  readonly placed?: RecoveredEnvelope;
  /** Why the entry is missing. */
  readonly error: string;
}

/** Returns the groups of these transactions, locked, if the rows match the log. */
async function lockGroups(
  tx: Tx,
  cx: StoreContext,
  ids: readonly string[],
): Promise<Map<string, SealedGroupRow>> {
  const transactions = await lockTransactions(tx, cx.instance.tenantId, ids);
  const records = await loadAllSealed(tx, transactions);
  const groups = new Map<string, SealedGroupRow>();
  for (const [at, transaction] of transactions.entries()) {
    const record = records[at];
    if (record === undefined || !isRecordInLog(cx, transaction, record)) continue;
    for (const group of record.groups) groups.set(`${transaction.id}|${group.row.group}`, group);
  }
  return groups;
}

function outcomeOf(
  of: RecoveryOf,
  groups: ReadonlyMap<string, SealedGroupRow>,
  announced: AnnouncedEnvelope,
  result: RecoverResult | undefined,
): Outcome {
  if (result?.ok !== true) return { announced, error: `custodian.refused: ${result?.reason ?? "nothing"}` };
  const { tx, grp } = announced.envelope;
  const placed = placeRecovered(of, groups.get(`${tx}|${grp}`), result.statement);
  return placed === undefined ? { announced, error: "envelope.changed" } : { announced, placed, error: "" };
}

/**
 * Replaces the lost key's entries with the custodian's, each bound by its own log entry, and records those that were
 * not wrapped. Locks the rows and compares them with the log. Returns how many were moved.
 */
export async function storeRecovered(
  tx: Tx,
  cx: StoreContext,
  of: RecoveryOf,
  oldKeyId: string,
  announced: readonly AnnouncedEnvelope[],
  results: readonly RecoverResult[],
): Promise<number> {
  const ids = [...new Set(announced.map(({ envelope }) => envelope.tx))];
  const groups = await lockGroups(tx, cx, ids);
  const outcomes = announced.map((one, at) => outcomeOf(of, groups, one, results[at]));
  const refused = outcomes.filter(({ placed }) => placed === undefined);
  if (refused.length > 0) {
    cx.logger.error(
      { alarm: "escrow.refused", count: refused.length, recovery: of.id },
      "custodian wrapped some envelopes only for a participant's new key",
    );
  }
  const written = await appendEntries(
    tx,
    cx,
    outcomes.map(({ announced: { envelope, intent }, placed, error }) =>
      rewrapEvent(
        of,
        envelope,
        placed === undefined
          ? { outcome: "failed", intent: intent.id, error }
          : { outcome: "done", intent: intent.id, digests: placed.digests },
      ),
    ),
  );
  const stored = outcomes.flatMap(({ placed }, at) =>
    placed === undefined ? [] : [{ ...placed.moved, entryId: written[at]?.id ?? "" }],
  );
  if (stored.length === 0) return 0;
  if ((await moveWraps(tx, stored)) !== stored.length)
    throw new TypeError("a locked recipient entry does not exist");
  await bindGroups(tx, stored);
  await tellHandedOver(tx, oldKeyId);
  return stored.length;
}
