import "server-only";
import { setImmediate } from "node:timers/promises";
import { type GrantRow, listGrants } from "@/lib/access/grants/store";
import { grantKind, principalOf } from "@/lib/access/policy/cedar-request";
import type { SubjectFacts } from "@/lib/access/rules/facts";
import { floorReasons } from "@/lib/access/rules/floor";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import { inSnapshot } from "@/lib/db/transaction";
import { GroupName, Purpose } from "@/lib/vocabulary";
import { CellBook } from "./cell-book";
import { Changes } from "./changes";
import type { Cell, CellChange } from "./compare-cell";
import { type AgeRange, agesOf, type Compared } from "./instants";
import {
  countMatrix,
  type MatrixPerson,
  readAges,
  readHolders,
  readLastUses,
  readParties,
} from "./matrix-store";
import type { Progress } from "./progress";
import type { Change } from "./schema";

const PAGE = 100;
const APPROVING: readonly string[] = ["approve", "legal"];
/** A party's records can be of any age. */
const ANY_AGE: readonly AgeRange[] = [
  { youngest: 0, oldest: 100_000, retentionClass: "standard", isKept: false },
  { youngest: 0, oldest: 100_000, retentionClass: "extended", isKept: true },
];

export interface MatrixResult {
  readonly losses: Changes;
  readonly gains: Changes;
  readonly people: number;
  readonly grants: number;
}

type MatrixContext = Pick<Context, "db" | "instance" | "clock">;

function subjectOf(person: MatrixPerson, now: Date): SubjectFacts {
  return {
    ...{ userId: person.id, handle: person.id, organisationId: person.organisation_id, role: person.role },
    ...{ duties: person.duties, isActive: true, hasSecondFactor: true },
    ...(person.participant_id === null ? {} : { participantId: person.participant_id }),
    proof: { kind: "session", sessionId: person.id, method: "passkey", provedAt: now, multiFactorAt: now },
  };
}

/** Whether floor and grant let this person open anything now. No policy lifts that. */
function isWithinFloor(person: MatrixPerson, grant: GrantRow, now: Date): boolean {
  const [transactionId] = grant.transactions;
  if (transactionId === undefined || grant.level === "metadata") return false;
  const reasons = floorReasons({
    subject: subjectOf(person, now),
    office: { zone: "UTC", holidays: [] },
    record: {
      ...{ transactionId, participants: [], submitter: "", createdAt: now },
      ...{ groups: grant.groups, retentionClass: "standard" },
    },
    ...{ purpose: grant.purpose, grant, isEvaluation: false, now },
  });
  return reasons.length === 0;
}

function grantCell(
  compared: Compared,
  person: MatrixPerson,
  grant: GrantRow,
  ages: readonly AgeRange[],
): Cell {
  const { authorization, level } = grant;
  const approvals = new Set(grant.approvals.map(({ approverUserId }) => approverUserId)).size;
  return {
    principal: principalOf({ ...person, organisationId: person.organisation_id }),
    ...{ purpose: grant.purpose, groups: grant.groups, setsHours: person.sets_hours },
    levels: level === "full" ? ["full", "masked"] : ["masked"],
    ages: agesOf(compared, ages),
    grant: { kind: grantKind(grant), level, approvals, viewsUsed: grant.viewsUsed },
    ...(authorization === undefined
      ? {}
      : { authority: { kind: authorization.kind, state: authorization.state } }),
  };
}

function note(
  { losses, gains }: Pick<MatrixResult, "losses" | "gains">,
  person: MatrixPerson,
  about: Pick<Change, "grant_id" | "request_id" | "purpose">,
  found: CellChange,
): void {
  const isApprover = person.duties.some((duty) => APPROVING.includes(duty));
  const whose = { user_id: person.id, organisation_id: person.organisation_id, ...about, last_used_at: null };
  for (const loss of found.losses) losses.add({ ...whose, ...loss }, isApprover);
  for (const gain of found.gains) gains.add({ ...whose, ...gain }, isApprover);
}

/** Reads one page of grants in force with their holders, and the ages of their records. */
function readPage(cx: MatrixContext, before: string | undefined, now: Date) {
  const { tenantId } = cx.instance;
  return inSnapshot(cx, async (tx) => {
    const filter = { tenantId, userId: undefined, sealed: [], view: "in_force", now } as const;
    const rows = await listGrants(tx, { ...filter, before, limit: PAGE });
    const grants = readableOf(rows);
    const ids = grants.flatMap(({ subjectUserId, viewers }) => [subjectUserId, ...(viewers ?? [])]);
    return {
      rows,
      grants,
      people: await readHolders(tx, tenantId, ids),
      ages: await readAges(tx, grants, now),
    };
  });
}

/** What one comparison goes through, and what it collects. */
interface Comparing {
  readonly book: CellBook;
  readonly into: Pick<MatrixResult, "losses" | "gains">;
  readonly now: Date;
  /** People who were compared. */
  readonly seen: Set<string>;
  readonly progress: Progress;
}

/** Compares the holder and the co-viewers of one grant, as far as they are active and the floor lets them use it. */
async function compareGrant(
  { book, into, now, seen }: Comparing,
  grant: GrantRow,
  people: ReadonlyMap<string, MatrixPerson>,
  ages: readonly AgeRange[],
): Promise<void> {
  const about = { grant_id: grant.id, request_id: grant.requestId ?? null, purpose: grant.purpose };
  for (const id of new Set([grant.subjectUserId, ...(grant.viewers ?? [])])) {
    const person = people.get(id);
    if (person === undefined || !isWithinFloor(person, grant, now)) continue;
    seen.add(id);
    note(into, person, about, await book.compare(grantCell(book.compared, person, grant, ages)));
  }
}

/** Compares every grant in force. Returns how many there were. */
async function compareGrants(cx: MatrixContext, comparing: Comparing): Promise<number> {
  let count = 0;
  for (let before: string | undefined; ; ) {
    const { rows, grants, people, ages } = await readPage(cx, before, comparing.now);
    for (const grant of grants) {
      await compareGrant(comparing, grant, people, ages.get(grant.id) ?? []);
      count += 1;
      comparing.progress.step();
      await setImmediate();
    }
    before = rows.at(-1)?.id;
    if (rows.length < PAGE) return count;
  }
}

/** Compares parties by their role: what they may do by right with records of any age, for each purpose. */
async function compareParties(cx: MatrixContext, { book, into, seen, progress }: Comparing): Promise<void> {
  const ages = agesOf(book.compared, ANY_AGE);
  for (let after: string | undefined; ; ) {
    const page = { after, limit: PAGE };
    const people = await inSnapshot(cx, (tx) => readParties(tx, cx.instance.tenantId, page));
    for (const person of people) {
      seen.add(person.id);
      for (const purpose of Purpose.options) {
        const principal = principalOf({ ...person, organisationId: person.organisation_id });
        const cell: Cell = {
          ...{ principal, purpose, groups: GroupName.options, levels: ["full"], ages },
          setsHours: person.sets_hours,
        };
        note(into, person, { grant_id: null, request_id: null, purpose }, await book.compare(cell));
      }
      progress.step();
      await setImmediate();
    }
    after = people.at(-1)?.id;
    if (people.length < PAGE) return;
  }
}

/** Adds when each listed grant was last used by its person. */
export async function withLastUses(cx: MatrixContext, changes: readonly Change[]): Promise<Change[]> {
  const ids = changes.flatMap(({ grant_id: id }) => (id === null ? [] : [id]));
  if (ids.length === 0) return [...changes];
  const uses = await inSnapshot(cx, (tx) => readLastUses(tx, cx.instance.tenantId, ids));
  return changes.map((change) => ({
    ...change,
    last_used_at: uses.get(`${change.grant_id} ${change.user_id}`)?.toISOString() ?? null,
  }));
}

/** Returns how many steps `compareMatrix` takes. */
export function countSteps(cx: MatrixContext): Promise<number> {
  return inSnapshot(cx, async (tx) => {
    const { grants, parties } = await countMatrix(tx, cx.instance.tenantId, cx.clock.now());
    return grants + parties;
  });
}

/**
 * Compares two sets for each active person with each grant in force that they may use, and for each party by right.
 * What the floor refuses now is left out: no set changes it.
 */
export async function compareMatrix(
  cx: MatrixContext,
  compared: Compared,
  progress: Progress,
): Promise<MatrixResult> {
  const now = cx.clock.now();
  const book = new CellBook(compared, now);
  const into = { losses: new Changes(), gains: new Changes() };
  const seen = new Set<string>();
  const comparing = { book, into, now, seen, progress };
  const grants = await compareGrants(cx, comparing);
  await compareParties(cx, comparing);
  return { ...into, people: seen.size, grants };
}
