import "server-only";
import { revokeGrantRow } from "@/lib/access/grants/change-store";
import { announceDisputeEnd } from "@/lib/access/grants/finish-pending";
import { insertPending } from "@/lib/access/grants/pending-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { liveGrant } from "@/lib/disputes/access-terms";
import { endDisputeRow } from "@/lib/disputes/change-store";
import { listFigures } from "@/lib/disputes/figures/figures-store";
import { answerDispute } from "@/lib/disputes/get-dispute";
import { listGrantsOfDispute, listNotes } from "@/lib/disputes/grants-store";
import { type DisputeRef, loadDispute, loadForAct } from "@/lib/disputes/load-dispute";
import { partyOf, unheardOf } from "@/lib/disputes/rules";
import type { DisputeAnswer, NewResolution } from "@/lib/disputes/schema";
import { type DisputeRow, textDigest } from "@/lib/disputes/store";
import { DomainError, InvariantError } from "@/lib/errors";
import { changeStatus } from "@/lib/transactions/status/change-status";
import { nextStatus } from "@/lib/transactions/status/status-rules";
import { findTransaction } from "@/lib/transactions/store";

/** Ends the access with the dispute: at the next decision here, and finally at the custodian. */
async function endAccess(tx: Tx, cx: Context, row: DisputeRow, state: string): Promise<string | undefined> {
  const at = cx.clock.now();
  const live = liveGrant(await listGrantsOfDispute(tx, row.id));
  const revocation = { at, by: cx.principal.userId, reason: `the dispute was ${state}` };
  if (live !== undefined) await revokeGrantRow(tx, live.id, revocation);
  if (row.permission !== undefined) {
    const { tenantId } = cx.instance;
    await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "dispute.end", subject: row.id });
  }
  return live?.id;
}

/** Returns the transaction to its status before the dispute. */
async function release(tx: Tx, cx: Context, row: DisputeRow, entry: AppendedEntry): Promise<void> {
  const transaction = await findTransaction(tx.run, cx.instance.tenantId, row.transactionId);
  if (transaction === undefined) throw new InvariantError("a dispute's transaction does not exist");
  const { statusBeforeDispute } = transaction;
  if (transaction.status !== "disputed" || statusBeforeDispute === undefined) return;
  const change = nextStatus(transaction, statusBeforeDispute);
  if (change !== undefined && change.status !== transaction.status)
    await changeStatus(tx, cx, transaction, change, entry);
}

/** Throws `dispute.unheard` while a party has not spoken and its 7 days are not over. */
async function requireHeard(tx: Tx, cx: Context, row: DisputeRow): Promise<void> {
  const spoken = [...(await listNotes(tx, row.id)).map((note) => note.participant)];
  const figures = (await listFigures(tx, row.id)).map(({ party }) => party);
  const unheard = unheardOf(row, [...spoken, ...figures], cx.clock.now());
  if (unheard.length === 0) return;
  const parties = unheard.map(({ party, until }) => ({ party, until: until.toISOString() }));
  throw new DomainError("dispute.unheard", {
    detail: parties.map(({ party, until }) => `${party} has until ${until} to answer.`).join(" "),
    extra: { parties },
  });
}

async function resolveIn(tx: Tx, cx: Context, ref: DisputeRef, given: NewResolution): Promise<AppendedEntry> {
  const { resolution } = given;
  const known = await loadDispute(tx, cx, ref);
  const isParty = partyOf(cx.principal, known.participants) !== undefined;
  const row = await loadForAct(tx, cx, ref, isParty ? "withdraw" : "resolve");
  const state = isParty ? "withdrawn" : "resolved";
  if (!isParty) await requireHeard(tx, cx, row);
  const at = cx.clock.now();
  const outcome = isParty ? undefined : (given.outcome ?? "other");
  const end = { state, by: cx.principal.userId, at, resolution, outcome } as const;
  if (!(await endDisputeRow(tx, row.id, end))) throw new DomainError("dispute.state");
  const grantId = await endAccess(tx, cx, row, state);
  const entry = await appendEntry(tx, cx, {
    class: "transaction",
    outcome: "done",
    action: "dispute.resolve",
    subjects: [
      `dispute:${row.id}`,
      `transaction:${row.transactionId}`,
      ...(grantId === undefined ? [] : [`grant:${grantId}`]),
    ],
    purpose: "dispute",
    details: {
      dispute: row.id,
      transaction: row.transactionId,
      state,
      resolution: textDigest(resolution),
      ...(outcome === undefined ? {} : { outcome }),
      ...(grantId === undefined ? {} : { grant: grantId }),
    },
    index: { transactionId: row.transactionId, ...(grantId === undefined ? {} : { grantId }) },
  });
  await release(tx, cx, row, entry);
  return entry;
}

/**
 * Ends a dispute: support resolves it once every party has spoken or its 7 days are over, or the party that opened it
 * withdraws it. The transaction returns to its former
 * status, and support's access ends here even if the custodian does not answer. The portal retries to notify the
 * custodian.
 */
export async function resolveDispute(
  cx: Context,
  ref: DisputeRef,
  body: NewResolution,
): Promise<DisputeAnswer> {
  const entry = await inTransaction(cx, (tx) => resolveIn(tx, cx, ref, body));
  try {
    await announceDisputeEnd(cx, ref.id);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    cx.logger.warn(
      { dispute: ref.id, code: error.code },
      "custodian not notified of a dispute's end yet; will retry",
    );
  }
  return answerDispute(cx, ref.id, entry);
}
