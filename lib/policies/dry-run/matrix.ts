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
import { Changes } from "./changes";
import { type Cell, type CellChange, compareCell } from "./compare-cell";
import { type AgeRange, agesOf, type Compared, instantsOf } from "./instants";
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
/** Cells whose answers are kept; a page of people with equal grants is compared once. */
const MOST_KEPT = 5_000;
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

/** Compares cells. Equal ones are compared once. */
class CellBook {
  readonly #known = new Map<string, CellChange>();
  readonly #instants;

  constructor(
    readonly compared: Compared,
    now: Date,
  ) {
    this.#instants = instantsOf(compared, Number(now.toISOString().slice(0, 10).replaceAll("-", "")));
  }

  /** What no policy reads makes no difference, so it is left out of the cell. */
  #plain(cell: Cell): Cell {
    const { reads } = this.compared;
    const { principal, grant } = cell;
    const organisation = reads("organisation") ? principal.organisation : "";
    const duties = principal.duties.filter((duty) => reads(duty));
    const approvals = reads("approvals") ? grant?.approvals : undefined;
    const viewsUsed = reads("viewsUsed") ? grant?.viewsUsed : undefined;
    return {
      ...cell,
      principal: { ...principal, organisation, duties },
      ...(grant === undefined
        ? {}
        : { grant: { ...grant, approvals: approvals ?? 0, viewsUsed: viewsUsed ?? 0 } }),
    };
  }

  async compare(cell: Cell): Promise<CellChange> {
    const plain = this.#plain(cell);
    const key = JSON.stringify(plain);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await compareCell(this.compared, plain, this.#instants);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }
}

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
  about: Pick<Change, "grant_id" | "purpose">,
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

async function compareGrants(
  cx: MatrixContext,
  book: CellBook,
  into: Pick<MatrixResult, "losses" | "gains">,
  { now, seen, progress }: { readonly now: Date; readonly seen: Set<string>; readonly progress: Progress },
): Promise<number> {
  let count = 0;
  for (let before: string | undefined; ; ) {
    const { rows, grants, people, ages } = await readPage(cx, before, now);
    for (const grant of grants) {
      for (const id of new Set([grant.subjectUserId, ...(grant.viewers ?? [])])) {
        const person = people.get(id);
        if (person === undefined || !isWithinFloor(person, grant, now)) continue;
        seen.add(id);
        const cell = grantCell(book.compared, person, grant, ages.get(grant.id) ?? []);
        note(into, person, { grant_id: grant.id, purpose: grant.purpose }, await book.compare(cell));
      }
      count += 1;
      progress.step();
      await setImmediate();
    }
    before = rows.at(-1)?.id;
    if (rows.length < PAGE) return count;
  }
}

/** Compares parties by their role: what they may do by right with records of any age, for each purpose. */
async function compareParties(
  cx: MatrixContext,
  book: CellBook,
  into: Pick<MatrixResult, "losses" | "gains">,
  { seen, progress }: { readonly seen: Set<string>; readonly progress: Progress },
): Promise<void> {
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
        note(into, person, { grant_id: null, purpose }, await book.compare(cell));
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
  const grants = await compareGrants(cx, book, into, { now, seen, progress });
  await compareParties(cx, book, into, { seen, progress });
  return { ...into, people: seen.size, grants };
}
