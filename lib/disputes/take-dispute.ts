import "server-only";
import { activateGrant } from "@/lib/access/grants/activate-grant";
import { insertGrant, revokeGrantRow } from "@/lib/access/grants/change-store";
import { insertPending } from "@/lib/access/grants/pending-store";
import { announceRevocation } from "@/lib/access/grants/revoke-grant";
import { wholeSeconds } from "@/lib/access/rules/validity";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { hindrance, liveGrant, viewsLeft } from "@/lib/disputes/access-terms";
import { takeDisputeRow } from "@/lib/disputes/change-store";
import { answerDispute } from "@/lib/disputes/get-dispute";
import { type DisputeGrant, listGrantsOfDispute } from "@/lib/disputes/grants-store";
import { type DisputeRef, loadForAct } from "@/lib/disputes/load-dispute";
import type { DisputeAnswer } from "@/lib/disputes/schema";
import type { DisputeRow } from "@/lib/disputes/store";
import { DomainError } from "@/lib/errors";
import { DISPUTE_PURPOSE } from "@/lib/escrow/protocol/statements";

interface Taken {
  readonly entry: AppendedEntry;
  /** Returns the caller's live grant, which the custodian may not have yet. */
  readonly grantId: string | undefined;
  /** Returns the grant of the previous support person. */
  readonly handedOver: string | undefined;
}

async function makeGrant(
  tx: Tx,
  cx: Context,
  row: DisputeRow,
  maxViews: number,
): Promise<string | undefined> {
  const { permission } = row;
  if (permission === undefined) return undefined;
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const { tenantId } = cx.instance;
  await insertGrant(tx, {
    id,
    tenantId,
    disputeId: row.id,
    authorizationId: undefined,
    subjectUserId: cx.principal.userId,
    transactions: [row.transactionId],
    groups: row.groups,
    level: "masked",
    purpose: DISPUTE_PURPOSE,
    notBefore: wholeSeconds(at),
    notAfter: permission.notAfter,
    maxViews,
    maxExports: 0,
    policyVersion: cx.policies.active().version,
    assurance: permission.assurance,
  });
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.activate", subject: id });
  return id;
}

async function endFormer(tx: Tx, cx: Context, former: DisputeGrant | undefined): Promise<string | undefined> {
  if (former === undefined) return undefined;
  const at = cx.clock.now();
  const by = cx.principal.userId;
  if (!(await revokeGrantRow(tx, former.id, { at, by, reason: "another support person took the dispute" })))
    throw new DomainError("request.conflict");
  const { tenantId } = cx.instance;
  await insertPending(tx, { id: uuidv7(at.getTime()), tenantId, kind: "grant.revoke", subject: former.id });
  return former.id;
}

async function takeIn(tx: Tx, cx: Context, ref: DisputeRef): Promise<Taken> {
  const row = await loadForAct(tx, cx, ref, "take");
  const grants = await listGrantsOfDispute(tx, row.id);
  const { userId } = cx.principal;
  const live = liveGrant(grants);
  const isMine = live?.subjectUserId === userId;
  const at = cx.clock.now();
  const handedOver = isMine ? undefined : await endFormer(tx, cx, live);
  if (row.taken?.by !== userId && !(await takeDisputeRow(tx, row.id, { by: userId, at })))
    throw new DomainError("dispute.state");
  const isHindered = hindrance(row, grants, at) !== undefined;
  const made = isMine || isHindered ? undefined : await makeGrant(tx, cx, row, viewsLeft(grants));
  const grantId = made ?? (isMine ? live?.id : undefined);
  const entry = await appendEntry(tx, cx, {
    class: "transaction",
    outcome: "done",
    action: "dispute.take",
    subjects: [
      `dispute:${row.id}`,
      ...[made, handedOver].flatMap((id) => (id === undefined ? [] : [`grant:${id}`])),
    ],
    purpose: DISPUTE_PURPOSE,
    details: {
      dispute: row.id,
      transaction: row.transactionId,
      policy: cx.policies.active().version,
      ...(made === undefined ? {} : { grant: made }),
      ...(handedOver === undefined ? {} : { handed_over: handedOver }),
    },
    index: { transactionId: row.transactionId, ...(grantId === undefined ? {} : { grantId }) },
  });
  return { entry, grantId, handedOver };
}

/**
 * Takes a dispute for a support person and gives them the masked grant that its party allowed. The previous support
 * person loses theirs. Returns after the custodian has the grant; while it is away the portal retries, and the same
 * person may try again. Without a valid permission the dispute is taken, but no field can be viewed.
 */
export async function takeDispute(cx: Context, ref: DisputeRef): Promise<DisputeAnswer> {
  const { entry, grantId, handedOver } = await inTransaction(cx, (tx) => takeIn(tx, cx, ref));
  // In this order: one statement supports one live grant.
  if (handedOver !== undefined) await announceRevocation(cx, handedOver);
  if (grantId !== undefined) await activateGrant(cx, grantId);
  return answerDispute(cx, ref.id, entry);
}
