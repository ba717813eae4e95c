import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt, type Receipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, ownApproval } from "@/lib/errors";
import { personKey, sayWord } from "./erasure-word";
import { prepareErasure } from "./prepare-erasure";
import type { Erasure } from "./schema";
import { agreeErasure, type ErasureRow, findErasure, refuseErasure } from "./store";
import { readerOf, toErasure } from "./view";

export type ErasureAnswer = Erasure & { readonly receipt: Receipt };

async function lockErasure(tx: Tx, cx: Context, id: string): Promise<ErasureRow> {
  const row = await findErasure(tx, readerOf(cx), id, "lock");
  if (row === undefined) throw new DomainError("erasure.not-found");
  return row;
}

/** People cannot decide about the erasure of their own data. */
function requireOther(row: ErasureRow): void {
  if (row.is_subjects) throw ownApproval("decision.self", "You cannot decide about your own data.");
}

/** One person with two accounts does not count as two people. */
function requireSecondPerson(row: ErasureRow): void {
  if (row.is_askers) throw ownApproval("decision.same-person", "Another person must agree.");
  requireOther(row);
}

/** An agreement must open the key and name it as the request does. Otherwise no entry can ever be prepared from it. */
async function detailsOf(
  cx: Context,
  action: "erasure.agree" | "erasure.refuse",
  { id: erasure, compartment_id: compartment }: ErasureRow,
): Promise<Record<string, string>> {
  const key = action === "erasure.agree" ? await personKey(cx, compartment) : undefined;
  if (action === "erasure.refuse" || key === undefined) return { erasure, compartment };
  return sayWord(cx, { action, erasure, compartment }, key);
}

async function decide(
  cx: Context,
  id: string,
  action: "erasure.agree" | "erasure.refuse",
  change: (tx: Tx, row: ErasureRow, entryId: string) => Promise<void>,
  then?: (tx: Tx, row: ErasureRow) => Promise<void>,
): Promise<ErasureAnswer> {
  let entry: AppendedEntry | undefined;
  const row = await inTransaction(cx, async (tx) => {
    const before = await lockErasure(tx, cx, id);
    entry = await appendEntry(tx, cx, {
      class: "retention",
      outcome: "done",
      action,
      subjects: [`erasure:${id}`],
      details: await detailsOf(cx, action, before),
    });
    await change(tx, before, entry.id);
    const after = await lockErasure(tx, cx, id);
    await then?.(tx, after);
    return after;
  });
  if (entry === undefined) throw new DomainError("erasure.state");
  return { ...toErasure(cx, row), receipt: await issueReceipt(cx, entry) };
}

/**
 * Records the agreement of the second person. The worker destroys the key as soon as its date and all holds allow,
 * with its entry in the same transaction. The database decides whether they do.
 */
export function agreeToErasure(cx: Context, id: string): Promise<ErasureAnswer> {
  const agree = async (tx: Tx, row: ErasureRow, entryId: string): Promise<void> => {
    requireSecondPerson(row);
    if (row.state !== "asked") throw new DomainError("erasure.state");
    await agreeErasure(tx, id, { by: cx.principal.userId, at: cx.clock.now(), entryId });
  };
  return decide(cx, id, "erasure.agree", agree, async (tx, row) => {
    await prepareErasure(tx, cx, row, cx.logger);
  });
}

/** Ends an open erasure: the requester withdraws it, or another person with the duty refuses it. */
export function refuseErasureAsked(cx: Context, id: string): Promise<ErasureAnswer> {
  return decide(cx, id, "erasure.refuse", async (tx, row) => {
    requireOther(row);
    if (row.state !== "asked" && row.state !== "agreed") throw new DomainError("erasure.state");
    await refuseErasure(tx, id, cx.principal.userId, cx.clock.now());
  });
}
