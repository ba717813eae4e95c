import "server-only";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import type { Tx } from "@/lib/db/transaction";
import { actReasons, isLive, mayKnow } from "@/lib/disputes/rules";
import type { DisputeAct } from "@/lib/disputes/schema";
import { type DisputeRow, findDispute, lockDispute } from "@/lib/disputes/store";
import { DomainError } from "@/lib/errors";

/** The dispute in question; with its transaction if the address names it too. */
export interface DisputeRef {
  readonly id: string;
  readonly transactionId?: string;
}

/** Returns a dispute the caller may know of. An unknown one and one of strangers get the same answer. */
export async function loadDispute(tx: Tx, cx: Context, ref: DisputeRef): Promise<DisputeRow> {
  const row = isUuid(ref.id) ? await findDispute(tx, cx.instance.tenantId, ref.id) : undefined;
  const isVisible = row !== undefined && mayKnow(cx.principal, row.participants);
  if (!isVisible || (ref.transactionId ?? row.transactionId) !== row.transactionId)
    throw new DomainError("dispute.not-found");
  return row;
}

/** Returns a live dispute the caller may act on, locked until the transaction ends. */
export async function loadForAct(tx: Tx, cx: Context, ref: DisputeRef, act: DisputeAct): Promise<DisputeRow> {
  await loadDispute(tx, cx, ref);
  await lockDispute(tx, ref.id);
  const row = await loadDispute(tx, cx, ref);
  const [first, ...others] = actReasons(cx.principal, act, row);
  if (first !== undefined) throw refusalOf([first, ...others]);
  if (!isLive(row))
    throw new DomainError("dispute.state", { detail: `The dispute has ended: it is ${row.state}.` });
  return row;
}
