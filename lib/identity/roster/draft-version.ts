import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findPerson, type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { countConfirmers } from "@/lib/escrow/protocol/succession";
import { type Difference, withPeople } from "@/lib/identity/roster/compare-people";
import { endChange, insertChange, listVersions, type RosterChangeRow } from "@/lib/identity/roster/store";
import { stateOf } from "@/lib/identity/roster/view";

/** What writing a version needs: a person's call, or the portal's own pass. */
export type VersionContext = AuditContext & DbContext;

/** How long a version waits for its two signatures. */
const WAIT_MS = 14 * 24 * 3_600_000;

/** Ends a version whose draft no longer counts, with its entry. */
export async function supersede(tx: Tx, cx: VersionContext, change: RosterChangeRow): Promise<void> {
  const end = { state: "superseded" as const, at: cx.clock.now(), by: cx.principal?.userId };
  if (!(await endChange(tx, change.id, end))) return;
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "roster.supersede",
    subjects: [`roster_change:${change.id}`],
    details: { change: change.kind, version: change.baseVersion + 1, roster: change.rosterDigest },
  });
}

/** Returns the version that waits for signatures. One that can no longer come into force is ended first. */
export async function findOpenVersion(
  tx: Tx,
  cx: VersionContext,
  current: Roster,
): Promise<RosterChangeRow | undefined> {
  const [pending] = await listVersions(tx, { tenantId: cx.instance.tenantId, isPending: true, limit: 1 });
  if (pending === undefined) return undefined;
  const state = stateOf(pending, current, cx.clock.now());
  // One that the custodian took already is finished by those who signed it.
  if (state === "pending" || state === "done") return pending;
  await supersede(tx, cx, pending);
  return undefined;
}

export interface AskedVersion {
  readonly current: Roster;
  readonly changes: readonly Pick<Difference, "person" | "after">[];
  /** The open version that this one replaces: its people are in this one too. */
  readonly replaced?: RosterChangeRow | undefined;
  readonly purpose: string;
  /** Absent where the portal asks. */
  readonly userId: string | undefined;
}

function rowOf(cx: VersionContext, { current, changes, replaced, purpose, userId }: AskedVersion) {
  const own = new Set(changes.map(({ person }) => person));
  const former = (replaced?.people ?? []).filter((person) => !own.has(person));
  const drafted = replaced?.roster ?? current;
  const all = [...former.map((person) => ({ person, after: findPerson(drafted, person) })), ...changes];
  const { statements: _statements, ...rest } = current;
  const persons = withPeople(current.persons, all);
  const roster = { ...rest, version: current.version + 1, previous: rosterDigest(current), persons };
  if (countConfirmers(roster) < 2)
    throw new DomainError("roster.confirmers", {
      detail:
        "Two people with a key and the duty approve, legal or admin must stay on the roster, or it can never change again. Add another one first.",
    });
  const createdAt = cx.clock.now();
  const row: Parameters<typeof insertChange>[2] = {
    ...{
      id: uuidv7(createdAt.getTime()),
      userId,
      kind: "people",
      people: all.map(({ person }) => person).sort(),
    },
    ...{ purpose, passkeyId: undefined, added: undefined, removed: undefined },
    ...{ baseVersion: current.version, baseDigest: rosterDigest(current) },
    ...{ roster, rosterDigest: rosterDigest(roster), createdAt },
    expiresAt: new Date(createdAt.getTime() + WAIT_MS),
  };
  return row;
}

/**
 * Writes the draft of the next version in the caller's transaction, with its entry. Throws `roster.confirmers` where
 * fewer than two people could confirm the version after it.
 */
export async function askVersionIn(
  tx: Tx,
  cx: VersionContext,
  asked: AskedVersion,
): Promise<{ readonly id: string; readonly entry: AppendedEntry }> {
  const row = rowOf(cx, asked);
  if (asked.replaced !== undefined) await supersede(tx, cx, asked.replaced);
  await insertChange(tx, cx.instance.tenantId, row);
  const entry = await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "roster.ask",
    subjects: [`roster_change:${row.id}`],
    details: {
      change: "people",
      people: [...row.people],
      version: row.baseVersion + 1,
      roster: row.rosterDigest,
      reason: asked.purpose,
    },
  });
  return { id: row.id, entry };
}
