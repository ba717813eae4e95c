import "server-only";
import { endGrantsOf } from "@/lib/access/grants/end-grants-of";
import { type EndContext, endAllOf } from "@/lib/administration/people/ending";
import { requireAnotherAdministrator, requirePerson } from "@/lib/administration/people/rules";
import type { Leave, PersonAnswer } from "@/lib/administration/people/schema";
import { findSummary, listFactors, listLeaving, updatePerson } from "@/lib/administration/people/store";
import { listTakenDisputes } from "@/lib/administration/people/work-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { endOfDate } from "@/lib/days";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError, invalidField } from "@/lib/errors";
import type { Roster } from "@/lib/escrow/protocol/roster";
import { changeStateIn } from "@/lib/identity/people/change-state";
import { findHolder } from "@/lib/identity/people/holders-store";
import { findUserState } from "@/lib/identity/people/store";
import { askDueIn } from "@/lib/identity/roster/ask-due-version";
import { rosterNow } from "@/lib/identity/roster/current-roster";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";

const NOTHING = { sessions: 0, api_keys: 0, webhooks: 0, agreements: 0, grants: 0 };

/** An act on one person, before its answer. */
interface Done {
  readonly entry: AppendedEntry;
  readonly rosterChange?: string | undefined;
  readonly ended?: Partial<PersonAnswer["ended"]>;
}

/** Runs an act on one person, and answers with the person after it. */
export async function actOnPerson(
  cx: Context,
  userId: string,
  run: (tx: Tx) => Promise<Done>,
): Promise<PersonAnswer> {
  const { tenantId } = cx.instance;
  const { done, person, disputes } = await inTransaction(cx, async (tx) => {
    await requirePerson(tx, cx, userId);
    const result = await run(tx);
    const found = await findSummary(tx, { tenantId, now: cx.clock.now() }, userId);
    if (found === undefined) throw new InvariantError("a person was changed and is not there");
    return { done: result, person: found, disputes: await listTakenDisputes(tx, userId) };
  });
  return {
    ...person,
    ended: { ...NOTHING, ...done.ended },
    roster_change: done.rosterChange ?? null,
    handed_over: { disputes: person.state === "active" ? 0 : disputes.length },
    receipt: await issueReceipt(cx, done.entry),
  };
}

/**
 * An ending, with the roster in force. `roster` is undefined while the custodian is unavailable; then a job of the
 * portal proposes the new roster later.
 */
export interface Ending {
  readonly userId: string;
  readonly reason: string;
  readonly roster: Roster | undefined;
}

/** Ends a person in the caller's transaction, now, and asks for the roster without them. Throws as `leavePerson`. */
export async function leaveIn(tx: Tx, cx: EndContext, { userId, reason, roster }: Ending): Promise<Done> {
  const holder = await findHolder(tx, cx.instance.tenantId, userId);
  if (holder === undefined) throw new DomainError("person.not-found");
  await requireAnotherAdministrator(tx, cx.instance.tenantId, holder);
  const { entry, sessions } = await changeStateIn(tx, cx, { userId, to: "left", reason });
  const ended = { sessions, ...(await endAllOf(tx, cx, userId, reason)) };
  return { entry, ended, rosterChange: await askDueIn(tx, cx, roster, reason) };
}

/**
 * Suspends a person at once: sessions and grants end, and API keys and signed calls are refused from the next call on.
 * The roster without them is asked for in the same act. Resuming them takes two people. Throws `person.state` and
 * `person.last-administrator`.
 */
export async function suspendPerson(cx: Context, userId: string, reason: string): Promise<PersonAnswer> {
  const roster = await rosterNow(cx);
  return actOnPerson(cx, userId, (tx) => suspendIn(tx, cx, { userId, reason, roster }));
}

/** Suspends a person in the caller's transaction, and asks for the roster without them. Throws as `suspendPerson`. */
export async function suspendIn(tx: Tx, cx: EndContext, { userId, reason, roster }: Ending): Promise<Done> {
  await requireAnotherAdministrator(tx, cx.instance.tenantId, await requirePerson(tx, cx, userId));
  const { entry, sessions } = await changeStateIn(tx, cx, { userId, to: "suspended", reason });
  const grants = await endGrantsOf(tx, cx, userId, reason);
  return { entry, ended: { sessions, grants }, rosterChange: await askDueIn(tx, cx, roster, reason) };
}

/** Sets the last day of a person, or removes it. */
async function planLeave(tx: Tx, cx: Context, userId: string, on: string | null): Promise<Done> {
  if (on !== null && cx.clock.now() >= endOfDate(on)) throw invalidField("/on", "is over");
  if ((await findUserState(tx, userId)) === "left")
    throw new DomainError("person.state", { detail: "The person has left already." });
  if (on !== null)
    await requireAnotherAdministrator(tx, cx.instance.tenantId, await requirePerson(tx, cx, userId));
  await updatePerson(tx, userId, { leavesOn: on === null ? null : new Date(`${on}T00:00:00Z`) });
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "user.change",
    subjects: [`user:${userId}`],
    details: { leaves_on: on },
  });
  return { entry };
}

/**
 * Lets a person leave, now or at the end of a day in UTC; null as the day cancels the plan. Sessions, grants, links,
 * factors, API keys and webhooks end. Their open requests are withdrawn, and other people continue their work. A roster
 * without them is proposed. Their record and what they signed stay. Throws as `suspendPerson`.
 */
export async function leavePerson(cx: Context, userId: string, { reason, on }: Leave): Promise<PersonAnswer> {
  const roster = on === undefined ? await rosterNow(cx) : undefined;
  return actOnPerson(cx, userId, (tx) =>
    on === undefined ? leaveIn(tx, cx, { userId, reason, roster }) : planLeave(tx, cx, userId, on),
  );
}

/**
 * Withdraws an invitation that was not used: the link no longer works and the person counts as left. Throws
 * `person.state` for a person who can sign in already.
 */
export function withdrawInvitation(cx: Context, userId: string, reason: string): Promise<PersonAnswer> {
  return actOnPerson(cx, userId, async (tx) => {
    if ((await listFactors(tx, userId)).length > 0)
      throw new DomainError("person.state", {
        detail: "The person can sign in already. Suspend them, or let them leave.",
      });
    return leaveIn(tx, cx, { userId, reason, roster: undefined });
  });
}

/** Changes the name that others read. Throws `person.not-found`. */
export function renamePerson(cx: Context, userId: string, name: string): Promise<PersonAnswer> {
  return actOnPerson(cx, userId, (tx) => renameIn(tx, cx, userId, name));
}

/** Changes the name in the caller's transaction. */
export async function renameIn(tx: Tx, cx: EndContext, userId: string, name: string): Promise<Done> {
  const { name: before } = await requirePerson(tx, cx, userId);
  await updatePerson(tx, userId, { name });
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "user.change",
    subjects: [`user:${userId}`],
    details: { before, after: name },
  });
  return { entry };
}

/** Ends every session of a person. API keys stay valid. */
export function signOutPerson(cx: Context, userId: string): Promise<PersonAnswer> {
  return actOnPerson(cx, userId, async (tx) => {
    const sessions = (await endSessionsIn(tx, cx, { userId, reason: "ended-by-administrator" })).length;
    const entry = await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "user.sign-out",
      subjects: [`user:${userId}`],
      details: { sessions },
    });
    return { entry, ended: { sessions } };
  });
}

const BATCH = 20;

/**
 * Lets people leave whose planned last day is over. A last administrator stays, with an alarm. Several portals may run
 * it at once.
 */
export async function endLeaving(cx: EndContext & Pick<Context, "escrow">): Promise<number> {
  const { tenantId } = cx.instance;
  const today = new Date(`${cx.clock.now().toISOString().slice(0, 10)}T00:00:00Z`);
  const ids = await inSnapshot(cx, (tx) => listLeaving(tx, { tenantId, today, limit: BATCH }));
  if (ids.length === 0) return 0;
  const roster = await rosterNow(cx);
  let ended = 0;
  for (const userId of ids) {
    try {
      const ending = { userId, reason: "the planned last day is over", roster };
      await inTransaction(cx, (tx) => leaveIn(tx, cx, ending));
      ended += 1;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code !== "person.last-administrator") continue;
      cx.logger.error(
        { alarm: "people.last-administrator" },
        "the last administrator was to leave; will retry",
      );
    }
  }
  return ended;
}
