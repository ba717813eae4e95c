import "server-only";
import { type DueStep, dueStep } from "@/lib/access/deadlines/due";
import {
  listDue,
  lockStanding,
  type StandingRow,
  setEscalation,
  setReminders,
} from "@/lib/access/deadlines/store";
import { endGrantRow } from "@/lib/access/grants/change-store";
import { addToTimeline, moveRequest } from "@/lib/access/requests/move-request";
import type { RequestEventKind } from "@/lib/access/rules/transitions";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import type { Logger } from "@/lib/telemetry/logger";

const BATCH = 50;

/** What the job needs: the portal's own context, without a person. */
export type KeepContext = DbContext & AuditContext & { readonly logger: Logger };

/** The log entry of each move that the clock makes. */
const ACTION: Readonly<Partial<Record<RequestEventKind, string>>> = {
  overdue: "request.overdue",
  lapse: "request.lapse",
  resume: "request.resume",
  close: "request.close",
  expire: "grant.end",
  exhaust: "grant.end",
};

type Move = Extract<DueStep, { move: RequestEventKind }>;

/** Ends the grant with its request, so that neither stays in force alone. */
async function endGrant(tx: Tx, one: StandingRow, { move }: Move): Promise<readonly string[]> {
  if (one.grantId === undefined || (move !== "expire" && move !== "exhaust")) return [];
  await endGrantRow(tx, one.grantId, move === "expire" ? "expired" : "exhausted");
  return [`grant:${one.grantId}`];
}

async function applyMove(tx: Tx, cx: KeepContext, one: StandingRow, step: Move): Promise<void> {
  // The head of compliance is notified first. Each person notified before stays informed.
  const isFirst = step.move === "overdue" && one.escalatedTo === undefined;
  const escalated = isFirst ? { frozen: { escalatedTo: "compliance" as const } } : {};
  await moveRequest(tx, cx, one, { event: step.move, to: step.to, ...escalated });
  const ended = await endGrant(tx, one, step);
  await enter(tx, cx, one, ACTION[step.move], { from_state: one.state, to_state: step.to }, ended);
}

async function applyNote(tx: Tx, cx: KeepContext, one: StandingRow, step: DueStep): Promise<void> {
  if (!("note" in step)) return;
  if (step.note === "remind") await setReminders(tx, one.id, step.count);
  else await setEscalation(tx, one.id, "executive", cx.clock.now());
  await addToTimeline(tx, cx, { requestId: one.id, kind: step.note });
  const details = step.note === "remind" ? { count: step.count } : { to: "executive" };
  await enter(tx, cx, one, `request.${step.note}`, details, []);
}

async function enter(
  tx: Tx,
  cx: KeepContext,
  one: StandingRow,
  action: string | undefined,
  caseDetails: Readonly<Record<string, string | number>>,
  subjects: readonly string[],
): Promise<void> {
  if (action === undefined) throw new InvariantError("the clock made a move that has no entry");
  await appendEntry(tx, cx, {
    class: "access",
    outcome: "done",
    action,
    subjects: [`request:${one.id}`, ...subjects],
    purpose: one.purpose,
    caseId: one.id,
    caseDetails,
    index: {
      requestId: one.id,
      ...(subjects.length === 0 || one.grantId === undefined ? {} : { grantId: one.grantId }),
    },
  });
}

/** Processes one request in its own transaction: locks it, reads it again and does nothing when no step is due. */
async function keepOne(cx: KeepContext, id: string): Promise<boolean> {
  return inTransaction(cx, async (tx) => {
    const one = await lockStanding(tx, cx.instance.tenantId, id);
    const step = one === undefined ? undefined : dueStep(one, cx.clock.now());
    if (one === undefined || step === undefined) return false;
    if ("move" in step) await applyMove(tx, cx, one, step);
    else await applyNote(tx, cx, one, step);
    return true;
  });
}

/** An outage ends the round. Any other error concerns one request and does not delay the others. */
async function tryOne(cx: KeepContext, id: string): Promise<boolean> {
  try {
    return await keepOne(cx, id);
  } catch (error) {
    if (error instanceof DomainError && error.status === 503) throw error;
    cx.logger.warn({ err: error, request: id }, "request deadline not processed; will retry");
    return false;
  }
}

/**
 * Makes the steps that the clock requires: reminders, overdue requests and their escalation, the lapse of requests that
 * need no answer, ends of access, and closing. Any number of portals may run it at once, and it may be killed at any
 * point: each step is one transaction that first locks the request and checks the clock again. Returns how many steps
 * were made. One round takes each request once; the next round makes the steps that follow.
 */
export async function keepRequests(cx: KeepContext): Promise<number> {
  const { tenantId } = cx.instance;
  let done = 0;
  let after: string | undefined;
  for (;;) {
    const page = { tenantId, now: cx.clock.now(), after, limit: BATCH };
    const ids = await inSnapshot(cx, (tx) => listDue(tx, page));
    for (const id of ids) if (await tryOne(cx, id)) done += 1;
    after = ids.at(-1);
    if (after === undefined || ids.length < BATCH) return done;
  }
}
