import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction } from "@/lib/db/transaction";
import { insertDispute, type SignedPermission } from "@/lib/disputes/change-store";
import { keyContext } from "@/lib/disputes/figures/compare";
import { answerDispute } from "@/lib/disputes/get-dispute";
import { type Disputable, loadDisputable } from "@/lib/disputes/load-disputable";
import { partyOf } from "@/lib/disputes/rules";
import type { DisputeAnswer, DisputeGround, NewDispute } from "@/lib/disputes/schema";
import { signDispute } from "@/lib/disputes/sign-dispute";
import { textDigest } from "@/lib/disputes/store";
import { DomainError, InvariantError } from "@/lib/errors";
import { recordDigest } from "@/lib/escrow/protocol/statements";
import { changeStatus } from "@/lib/transactions/status/change-status";
import { nextStatus } from "@/lib/transactions/status/status-rules";

interface Opened extends Disputable {
  readonly id: string;
  readonly ground: DisputeGround;
  readonly reason: string;
  readonly permission: SignedPermission | undefined;
}

function appendOpened(
  tx: Parameters<typeof appendEntry>[0],
  cx: Context,
  { id, row, groups, ground, reason, permission }: Opened,
): Promise<AppendedEntry> {
  return appendEntry(tx, cx, {
    class: "transaction",
    outcome: "done",
    action: "dispute.open",
    subjects: [`dispute:${id}`, `transaction:${row.id}`],
    purpose: "dispute",
    details: {
      dispute: id,
      transaction: row.id,
      groups: [...groups],
      from: row.status,
      ground,
      // Only the parties and support may read the parties' words. The log has their digest.
      reason: textDigest(reason),
      ...(permission === undefined
        ? {}
        : { statement: recordDigest(permission.statement), assurance: permission.assurance }),
    },
    index: { transactionId: row.id },
  });
}

async function store(cx: Context, opened: Opened): Promise<AppendedEntry> {
  const { id, row, groups, ground, reason, permission } = opened;
  const party = partyOf(cx.principal, row.participants);
  if (party === undefined) throw new InvariantError("the person who opens a dispute is not its party");
  const change =
    row.status === "disputed"
      ? { status: row.status, statusBeforeDispute: row.statusBeforeDispute }
      : nextStatus(row, "disputed");
  if (change === undefined) throw new DomainError("transaction.status");
  return inTransaction(cx, async (tx) => {
    const entry = await appendOpened(tx, cx, opened);
    const { tenantId } = cx.instance;
    const openedBy = cx.principal.userId;
    const at = cx.clock.now();
    await insertDispute(tx, {
      id,
      tenantId,
      transactionId: row.id,
      openedBy,
      party,
      ground,
      reason,
      figuresKey: cx.keystore.sealSecret(keyContext(id), randomBytes(32)),
      groups,
      permission,
      at,
    });
    if (change.status !== row.status) await changeStatus(tx, cx, row, change, entry);
    return entry;
  });
}

/**
 * Opens a dispute of a transaction for a party, and lets support see its sealed groups masked, for at most 30 days. The
 * transaction is in dispute until the dispute ends, and has one dispute at a time. Throws `dispute.exists` for a second
 * one.
 */
export async function openDispute(
  cx: Context,
  transactionId: string,
  body: NewDispute,
): Promise<DisputeAnswer> {
  const { row, groups } = await loadDisputable(cx, transactionId, body.fields);
  const permission =
    groups.length === 0 ? undefined : await signDispute(cx, { transactionId: row.id, groups }, body.signed);
  const id = uuidv7(cx.clock.nowMs());
  try {
    const entry = await store(cx, { id, row, groups, ground: body.ground, reason: body.reason, permission });
    return await answerDispute(cx, id, entry);
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError("dispute.exists");
    throw error;
  }
}
