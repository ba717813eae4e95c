import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { isAboutPeople, peopleDifferences } from "@/lib/escrow/protocol/roster-difference";
import { isAgreed } from "@/lib/escrow/protocol/succession";
import { isAsKnown } from "@/lib/identity/roster/compare-people";
import { requireRoster } from "@/lib/identity/roster/current-roster";
import { listCandidates } from "@/lib/identity/roster/list-candidates";
import { endChange, lockChange, type RosterChangeRow } from "@/lib/identity/roster/store";
import type { ChangeCase } from "@/lib/identity/roster/view";

const SUPERSEDED = "The roster changed since this was drafted: ask again.";
const PEOPLE_CHANGED = "People in this version have changed since it was drafted: ask again.";

/** The page on which the drafted passkeys sign. */
function pageOf({ persons }: Roster): string {
  const [passkey] = persons.flatMap(({ credentials }) =>
    credentials.filter(({ kind }) => kind === "passkey"),
  );
  return passkey?.kind === "passkey" ? passkey.rp_id : "";
}

/** Whether a draft still says of its people what the portal knows, and changes no others. */
async function isStillSo(cx: Context, change: RosterChangeRow, current: Roster): Promise<boolean> {
  if (change.kind !== "people") return true;
  const { tenantId } = cx.instance;
  const all = await inSnapshot(cx, (tx) => listCandidates(tx, { tenantId, rpId: pageOf(change.roster) }));
  const drafted = peopleDifferences(current, change.roster);
  return (
    rosterDigest(change.roster) === change.rosterDigest &&
    isAboutPeople(current, change.roster) &&
    drafted.every(
      ({ person, after }) =>
        change.people.includes(person) &&
        isAsKnown(
          current,
          after,
          all.find(({ handle }) => handle === person),
        ),
    )
  );
}

/** What the entries of a change name. */
export function subjectsOf({ id, userId }: RosterChangeRow): string[] {
  return [`roster_change:${id}`, ...(userId === undefined ? [] : [`user:${userId}`])];
}

async function close(
  cx: Context,
  { change, person }: ChangeCase,
  state: "done" | "superseded",
): Promise<AppendedEntry | undefined> {
  return inTransaction(cx, async (tx) => {
    await lockChange(tx, change.id);
    const end = { state, at: cx.clock.now(), by: cx.principal.userId };
    if (!(await endChange(tx, change.id, end))) return undefined;
    return appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: state === "done" ? "roster.change" : "roster.supersede",
      subjects: subjectsOf(change),
      details: {
        ...(person === "" ? {} : { person }),
        ...(change.people.length === 0 ? {} : { people: [...change.people] }),
        change: change.kind,
        version: change.baseVersion + 1,
        roster: change.rosterDigest,
        ...(change.added === undefined ? {} : { added: change.added }),
        ...(change.removed === undefined ? {} : { removed: change.removed }),
      },
    });
  });
}

/**
 * Ends a change whose draft follows a roster that is no longer in force, or a version whose people are no longer as it
 * says: their duties changed, they left, or came back.
 */
export async function requireCurrent(cx: Context, one: ChangeCase, current: Roster): Promise<void> {
  const digest = rosterDigest(current);
  if (digest === one.change.rosterDigest) return;
  const follows = digest === one.change.baseDigest;
  if (follows && (await isStillSo(cx, one.change, current))) return;
  await close(cx, one, "superseded");
  throw new DomainError("roster.superseded", { detail: follows ? PEOPLE_CHANGED : SUPERSEDED });
}

async function submit(cx: Context, { change, agreements }: ChangeCase): Promise<Roster> {
  const statements = agreements.map(({ statement, signature }) => ({ statement, signature }));
  try {
    return await cx.escrow.submitRoster({ ...change.roster, statements });
  } catch (error) {
    // Another change may have been first, or the custodian took this one earlier and the portal did not store that.
    if (!(error instanceof DomainError) || error.extra.reason !== "roster") throw error;
    const now = await requireRoster(cx);
    if (rosterDigest(now) === change.baseDigest) throw error;
    return now;
  }
}

/** The result of a change after an agreement to it. */
export interface Finished {
  readonly current: Roster;
  /** The change's own entry, once the change is in force. */
  readonly entry: AppendedEntry | undefined;
}

/**
 * Sends the draft to the custodian after all agreements, and records that it is in force. Safe to repeat: the custodian
 * recognises a roster it already has. While the custodian is away, the agreements remain and the change waits.
 */
export async function finishRosterChange(cx: Context, one: ChangeCase, current: Roster): Promise<Finished> {
  const agreements = one.agreements.map(({ person, proofKind }) => ({
    person,
    by: proofKind === "evaluation" ? ("portal" as const) : ("own-key" as const),
  }));
  const isDone = rosterDigest(current) === one.change.rosterDigest;
  if (!isDone && !isAgreed(current, one.change.roster, agreements)) return { current, entry: undefined };
  const now = isDone ? current : await submit(cx, one);
  await requireCurrent(cx, one, now);
  return { current: now, entry: await close(cx, one, "done") };
}
