import "server-only";
import type { RequestAnswer, UnreadableAnswer } from "@/lib/access/requests/answer-schema";
import { moveRequest } from "@/lib/access/requests/move-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import { readState } from "@/lib/access/requests/require-version";
import { findRequestFacts, isRequestUnreadable, lockRequest, readPurpose } from "@/lib/access/requests/store";
import { withTie } from "@/lib/access/review/conflicts/store";
import { authorize } from "@/lib/access/rules/authorize";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Refuses callers who may not withdraw this request. It reads no more of the row than the facts of `authorize`, so that
 * it also answers for a row that cannot be read.
 */
async function requireOwn(tx: Tx, cx: Context, id: string): Promise<void> {
  const facts = await findRequestFacts(tx, cx, id);
  if (facts === undefined) throw new DomainError("request-file.not-found");
  const isOwn = facts.requesterUserId === cx.principal.userId;
  await authorize(cx, "request.change", isOwn ? facts : (await withTie(tx, cx, facts)).facts);
}

/** Refuses administrators for all requests but those that cannot be read. */
async function requireUnreadable(tx: Tx, cx: Context, id: string, isBroken: boolean): Promise<void> {
  const isKnown = isBroken && (await findRequestFacts(tx, cx, id)) !== undefined;
  if (!isKnown) throw new DomainError("request-file.not-found");
}

interface Withdrawn {
  readonly entry: AppendedEntry;
  readonly isBroken: boolean;
}

async function withdraw(
  cx: Context,
  { id, reason }: { readonly id: string; readonly reason: string | undefined },
  require: (tx: Tx, cx: Context, id: string, isBroken: boolean) => Promise<void>,
): Promise<Withdrawn> {
  return inTransaction(cx, async (tx) => {
    await lockRequest(tx, id);
    const isBroken = await isRequestUnreadable(tx, cx, id);
    await require(tx, cx, id, isBroken);
    const state = await readState(tx, id);
    const comment = reason === undefined ? {} : { comment: reason };
    await moveRequest(tx, cx, { id, state }, { event: "withdraw", to: "withdrawn", ...comment });
    const entry = await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "request.withdraw",
      subjects: [`request:${id}`],
      purpose: await readPurpose(tx, id),
      caseId: id,
      caseDetails: { from_state: state, ...(reason === undefined ? {} : { reason }) },
      index: { requestId: id },
    });
    return { entry, isBroken };
  });
}

async function unreadableAnswer(cx: Context, id: string, entry: AppendedEntry): Promise<UnreadableAnswer> {
  return { id, unreadable: true, state: "withdrawn", receipt: await issueReceipt(cx, entry) };
}

/** Withdraws a request of the caller that has led to no grant yet. It stays visible. */
export async function withdrawRequest(
  cx: Context,
  id: string,
  reason: string | undefined,
): Promise<RequestAnswer | UnreadableAnswer> {
  const { entry, isBroken } = await withdraw(cx, { id, reason }, requireOwn);
  return isBroken ? unreadableAnswer(cx, id, entry) : answerRequest(cx, id, entry);
}

/** Withdraws a request of any person, for administrators, where it cannot be read. */
export async function withdrawUnreadableRequest(
  cx: Context,
  id: string,
  reason: string | undefined,
): Promise<UnreadableAnswer> {
  const { entry } = await withdraw(cx, { id, reason }, requireUnreadable);
  return unreadableAnswer(cx, id, entry);
}
