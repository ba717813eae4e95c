import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { readFence, rowsWithin } from "@/lib/policies/dry-run/result-fence";
import { cancelRun, countOpenRuns, findRun, insertRun } from "@/lib/policies/dry-run/run-store";
import {
  type ReplayAnswer,
  type ReplayBody,
  ReplayResult,
  type ReplayView,
} from "@/lib/policies/dry-run/schema";
import { viewCommon } from "@/lib/policies/dry-run/view-run";
import { requireReader, requireWriter } from "@/lib/policies/who-may";

const MOST_OPEN = 2;

/**
 * Queues a replay of recorded decisions of a period. The request and its entry commit together. Throws
 * `access.forbidden`, and `policy.run` while two replays wait or run.
 */
export async function requestReplay(cx: Context, { from, to }: ReplayBody): Promise<ReplayAnswer> {
  requireWriter(cx.principal);
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  const question = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const entry = await inTransaction(cx, async (tx) => {
    const { tenantId } = cx.instance;
    if ((await countOpenRuns(tx, tenantId, { kind: "replay" })) >= MOST_OPEN)
      throw new DomainError("policy.run", {
        detail: `${MOST_OPEN} replays are waiting or running. Try again later.`,
      });
    const appended = await appendEntry(tx, cx, {
      ...{ class: "policy", outcome: "intent", action: "policy.replay", subjects: [] },
      details: { run: id, ...question },
    });
    await insertRun(tx, tenantId, {
      ...{ id, kind: "replay", set_id: null, document_digest: null, base_number: null },
      ...{ question, askedBy: cx.principal.userId, at },
    });
    return appended;
  });
  return { ...(await readReplay(cx, id)), receipt: await issueReceipt(cx, entry) };
}

function readReplay(cx: Context, id: string): Promise<ReplayView> {
  return inSnapshot(cx, async (tx) => {
    const run = await findRun(tx, cx.instance.tenantId, { id, kind: "replay" });
    if (run === undefined) throw new DomainError("policy.run-not-found");
    const fence = await readFence(tx, cx);
    const whole = run.state === "done" ? ReplayResult.parse(run.result) : null;
    const result = whole && { ...whole, differences: rowsWithin(whole.differences, fence) };
    return { ...(await viewCommon(tx, run)), result, are_rows_withheld: fence === "counts" };
  });
}

/** Returns a replay with its progress and, once it is done, its result. Throws `policy.run-not-found`. */
export async function getReplay(cx: Context, id: string): Promise<ReplayView> {
  requireReader(cx.principal);
  const view = await readReplay(cx, id);
  await recordReadOnce(cx, "policy.read");
  return view;
}

/** Ends a replay that waits or runs. Throws `policy.run-ended` for one that has ended. */
export async function cancelReplay(cx: Context, id: string): Promise<ReplayAnswer> {
  requireWriter(cx.principal);
  await readReplay(cx, id);
  const entry = await inTransaction(cx, async (tx) => {
    if (!(await cancelRun(tx, id, cx.clock.now()))) throw new DomainError("policy.run-ended");
    return appendEntry(tx, cx, {
      ...{ class: "policy", outcome: "done", action: "policy.replay", subjects: [] },
      details: { run: id, state: "cancelled" },
    });
  });
  return { ...(await readReplay(cx, id)), receipt: await issueReceipt(cx, entry) };
}
