// The room notify: notices in the app, by e-mail and to webhooks. outbox/ has the changes, this file turns them into
// notices, deliveries/ sends them, mail/ and webhooks/ are the two channels, guard/ keeps webhooks off private
// networks. Each sending checks again what the receiver may read. A mail never has the content of a thing, and each
// change is reported at least once.

import type { Context } from "@/lib/context/context";
import "server-only";
import type { Clock } from "@/lib/clock";
import type { Principal } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readableOf } from "@/lib/db/read-rows";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { awayPrincipal, readAudience } from "@/lib/notify/audience";
import { readFollowers } from "@/lib/notify/follows/store";
import {
  type EventRow,
  type Hook,
  insertDeliveries,
  insertNotifications,
  listHooks,
  listPeople,
  type NewNotification,
  type Person,
  takeEvents,
} from "@/lib/notify/outbox/store";
import { isForFollowers, USUAL_MAIL_KINDS } from "@/lib/notify/schema";
import { listSetRows } from "@/lib/policies/store";
import { waitsFor } from "@/lib/policies/waits-for";
import { decidingDuties } from "@/lib/policies/who-may";

export interface TellContext extends Pick<Context, "db" | "instance" | "caseKey"> {
  readonly clock: Clock;
  /** Whether e-mail is set up: without SMTP no mail is queued. */
  readonly hasMail: boolean;
}

const BATCH = 50;

function wantsMail({ mailKinds }: Person, kind: string): boolean {
  const wanted: readonly string[] = mailKinds ?? USUAL_MAIL_KINDS;
  return wanted.includes(kind);
}

/** States that a request takes over from its grant: people get one notice, of the grant. Programs get both. */
const OF_GRANT: readonly string[] = ["active", "revoked", "expired", "exhausted"];

function isOfGrant({ kind, state }: EventRow): boolean {
  return kind === "request" && OF_GRANT.includes(state);
}

type Unnamed = Omit<NewNotification, "id">;

interface Outgoing {
  readonly notices: Unnamed[];
  readonly deliveries: (Unnamed & { readonly webhookId?: string })[];
}

/**
 * Gives each event an id, in the order in which they happened. The ids of one millisecond are drawn first and then
 * sorted.
 */
function named<T>(rows: readonly T[], now: number): (T & { readonly id: string })[] {
  const ids = rows.map(() => uuidv7(now)).sort();
  return rows.map((row, index) => ({ ...row, id: ids[index] ?? uuidv7(now) }));
}

/**
 * Returns the followers of the things that these events are about. Most events are for everyone who may know of them.
 */
function followersOf(tx: Tx, cx: TellContext, events: readonly EventRow[]) {
  const followed = events.filter(isForFollowers).map((event) => ({ ...event, entryId: event.entry_id }));
  return followed.length === 0 ? new Map<string, ReadonlySet<string>>() : readFollowers(tx, cx, followed);
}

/**
 * Returns what one person receives for one change. People get no notice of what they did themselves; their programs do.
 */
function outgoingOf(
  cx: TellContext,
  { event, follows }: { readonly event: EventRow; readonly follows: boolean },
  person: Person,
  hooks: readonly Hook[],
): Outgoing {
  const { userId, pseudonym } = person.holder;
  const one = { tenantId: cx.instance.tenantId, userId, event };
  const isOwnAct = event.actor === pseudonym;
  const called = hooks.filter((hook) => hook.userId === userId && hook.kinds.includes(event.kind));
  const forFollowers = isForFollowers(event);
  const isTold = !isOwnAct && (forFollowers ? follows : !isOfGrant(event));
  const isMailed = cx.hasMail && isTold && wantsMail(person, forFollowers ? "followed" : event.kind);
  // Webhooks are called for each transaction. They are never called for openings, also if their owner follows one.
  const programs = forFollowers && event.kind !== "transaction" ? [] : called;
  return {
    notices: isTold ? [one] : [],
    deliveries: [...(isMailed ? [one] : []), ...programs.map(({ id }) => ({ ...one, webhookId: id }))],
  };
}

/**
 * Whether a change is news for this person. A submitted set of policies asks for a decision: only those whom it waits
 * for get a notice. The others get one when it is decided.
 */
async function concerns(tx: Tx, cx: TellContext, who: Principal, event: EventRow): Promise<boolean> {
  if (event.kind !== "policy" || event.state !== "submitted") return true;
  if (decidingDuties(who).length === 0) return false;
  const { tenantId } = cx.instance;
  const sets = readableOf(await listSetRows(tx, { tenantId, states: ["submitted"], limit: BATCH }));
  const set = sets.find(({ id }) => id === event.subject);
  return set !== undefined && (await waitsFor(tx, who, set));
}

/**
 * Sends the oldest changes in the outbox and removes them, in one transaction: if the process ends in between, no
 * notice is stored, and the next process sends all of them. Who may read them now decides who receives them. Returns
 * how many changes it took.
 */
export async function sendNotifications(cx: TellContext): Promise<number> {
  const { tenantId } = cx.instance;
  return inTransaction(cx, async (tx) => {
    const events = await takeEvents(tx, tenantId, BATCH);
    if (events.length === 0) return 0;
    const [audience, people, hooks] = [
      await readAudience(tx, cx, events),
      await listPeople(tx, tenantId),
      await listHooks(tx, tenantId),
    ];
    const readers = people.map((person) => ({ person, principal: awayPrincipal(person.holder) }));
    const followers = await followersOf(tx, cx, events);
    const out: Outgoing[] = [];
    for (const event of events)
      for (const { person, principal } of readers)
        if (audience.has(principal, event) && (await concerns(tx, cx, principal, event)))
          out.push(
            outgoingOf(
              cx,
              { event, follows: followers.get(event.id)?.has(person.holder.userId) === true },
              person,
              hooks,
            ),
          );
    const now = cx.clock.now();
    const notices = out.flatMap((one) => one.notices);
    const deliveries = out.flatMap((one) => one.deliveries);
    await insertNotifications(tx, named(notices, now.getTime()));
    await insertDeliveries(tx, named(deliveries, now.getTime()), now);
    return events.length;
  });
}
