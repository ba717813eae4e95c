import "server-only";
import { loadForDeadline } from "@/lib/access/deadlines/load-for-deadline";
import { noticeView } from "@/lib/access/notices/list-notices";
import { readNoticeRules } from "@/lib/access/notices/rule-store";
import type { NoticeAnswer, NoticeView, NoticeWord } from "@/lib/access/notices/schema";
import { type DisclosedRow, insertNotice, readDisclosed } from "@/lib/access/notices/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readableOf } from "@/lib/db/read-rows";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { concerning, DomainError, InvariantError } from "@/lib/errors";

const ACTION = { send: "notice.send", withhold: "notice.withhold" } as const;

/** Returns the disclosure that a notice would be about: it happened, its kind has notice, and the notice waits. */
async function requireNotice(tx: Tx, cx: Context, requestId: string, { participant, act }: NoticeWord) {
  const row = readableOf(await readDisclosed(tx, [requestId])).find((one) => one.participant === participant);
  const rules = await readNoticeRules(tx, cx.instance.tenantId);
  const isGiven = rules.some(
    ({ kind, purpose, notice }) => kind === row?.kind && purpose === row.purpose && notice === "queued",
  );
  if (row === undefined || !isGiven) throw new DomainError("notice.not-found");
  const view = noticeView(row, cx.clock.now());
  if (act === "send" && view.not_before !== undefined) {
    throw new DomainError("notice.sealed", {
      detail: "The order is under seal. Notices can be sent after the seal has ended.",
      extra: { not_before: view.not_before },
    });
  }
  if (!view.acts.includes(act)) {
    throw new DomainError("request.conflict", { detail: `The notice is ${view.state} already.` });
  }
  return row;
}

async function store(tx: Tx, cx: Context, row: DisclosedRow, { act, reason, participant }: NoticeWord) {
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const state = act === "send" ? "sent" : "withheld";
  const { tenantId } = cx.instance;
  await insertNotice(tx, { id, tenantId, of: row, state, reason, userId: cx.principal.userId, at });
  const entry = await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action: ACTION[act],
    subjects: [`notice:${id}`, `request:${row.request_id}`],
    purpose: row.purpose,
    caseId: row.request_id,
    caseDetails: {
      notice: id,
      participant,
      transactions: row.transactions,
      fields: row.groups,
      ...(reason === undefined ? {} : { reason }),
    },
    index: { requestId: row.request_id },
  });
  return { entry, at };
}

/**
 * Sends a participant notice that their data were disclosed, or withholds it with a reason; a legal reviewer of neither
 * side decides. A withheld notice may be sent later. Notices are sent in no other way. Throws `notice.not-found`,
 * `notice.sealed` before a seal's date, `request.conflict` when it was sent already.
 */
export function decideNotice(cx: Context, requestId: string, word: NoticeWord): Promise<NoticeAnswer> {
  return concerning({ action: ACTION[word.act] }, async () => {
    const { entry, view } = await inTransaction(cx, async (tx) => {
      await loadForDeadline(tx, cx, requestId, true);
      const stored = await store(tx, cx, await requireNotice(tx, cx, requestId, word), word);
      return { entry: stored.entry, view: await viewOf(tx, requestId, word.participant, stored.at) };
    });
    return { ...view, receipt: await issueReceipt(cx, entry) };
  });
}

async function viewOf(tx: Tx, requestId: string, participant: string, now: Date): Promise<NoticeView> {
  const row = readableOf(await readDisclosed(tx, [requestId])).find((one) => one.participant === participant);
  if (row === undefined) throw new InvariantError("the disclosure of a stored notice is missing");
  return noticeView(row, now);
}
