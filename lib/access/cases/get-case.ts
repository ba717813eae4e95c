import "server-only";
import { caseSummary } from "@/lib/access/cases/list-cases";
import {
  type CaseDetail,
  type CaseHold,
  CaseOrder,
  type CasePerson,
  type CaseRecord,
  type CaseRequest,
  type RecordStanding,
} from "@/lib/access/cases/schema";
import { type CaseRow, findCase, type HoldRow, listHoldsOn } from "@/lib/access/cases/store";
import { type CaseEvidence, timelineOf } from "@/lib/access/cases/timeline";
import { getGrant } from "@/lib/access/grants/get-grant";
import { type GrantDetail, GrantView } from "@/lib/access/grants/schema";
import { RequestSummary, type RequestView } from "@/lib/access/requests/answer-schema";
import { listOwner } from "@/lib/access/requests/list-requests";
import { listJobs } from "@/lib/access/requests/records-store";
import { viewRequest } from "@/lib/access/requests/request-view";
import { personView } from "@/lib/access/requests/view";
import { viewerOf } from "@/lib/access/requests/viewer";
import { readCaseEntries } from "@/lib/audit/reading/case-entries";
import { seesEveryCase } from "@/lib/audit/reading/fence";
import { listEvidenceMade } from "@/lib/audit/reading/list-copies";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { findByPseudonym, findPeople } from "@/lib/identity/people/people-store";

/** The newest of a case. It rarely has more than three. */
const MAX_REQUESTS = 30;
const MAX_RECORDS = 200;

/** Reads each of these that the caller may read, one after another, and leaves out the others. */
async function readEach<T>(ids: readonly string[], read: (id: string) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (const id of ids) {
    try {
      found.push(await read(id));
    } catch (error) {
      if (!(error instanceof DomainError) || (error.status !== 403 && error.status !== 404)) throw error;
    }
  }
  return found;
}

function find(cx: Context, id: string): Promise<CaseRow | undefined> {
  return inSnapshot(cx, async (tx) => {
    const filter = { viewer: await viewerOf(tx, cx), ownerId: listOwner(cx), now: cx.clock.now(), id };
    return findCase(tx, cx, filter);
  });
}

/** Returns a case without its parts. Throws `case.not-found` for one that the caller may not know of. */
export async function requireCase(cx: Context, id: string): Promise<CaseRow> {
  const row = await find(cx, id);
  if (row === undefined) throw new DomainError("case.not-found");
  return row;
}

async function readHolds(tx: Tx, cx: Context, transactions: readonly string[]): Promise<CaseHold[]> {
  const { tenantId } = cx.instance;
  const owner = seesEveryCase(cx)
    ? { tenantId, sealed: await findSealedCases(tx, cx) }
    : { tenantId, organisationId: cx.principal.organisationId, sealed: [] };
  const rows = await listHoldsOn(tx, owner, transactions);
  const names = await findPeople(
    tx,
    rows.map((row) => row.requested_by),
  );
  const isOfCase = new Set(transactions);
  return rows.map((row: HoldRow) => ({
    id: row.id,
    transactions: row.transactions.filter((one) => isOfCase.has(one)),
    from: row.created_at.toISOString(),
    until: row.until.toISOString(),
    ...(row.released_at === null ? {} : { released_at: row.released_at.toISOString() }),
    ...(names.has(row.requested_by) ? { by: personView(names, row.requested_by) } : {}),
  }));
}

/** What the caller sees of one record: the most that any grant of the case gives or gave. */
function standingOf(id: string, requests: readonly RequestView[], grants: readonly GrantDetail[]) {
  const seen = grants.flatMap(({ openings }) =>
    openings.filter((one) => one.transaction_id === id && one.outcome === "done"),
  );
  const granted = grants.filter(({ transactions }) => transactions.includes(id));
  const asked = requests.filter(({ transactions }) => transactions.includes(id));
  const isOpen = ({ grant_id, state }: RequestView): boolean =>
    grant_id === undefined && state !== "denied" && state !== "withdrawn";
  const tests: readonly (readonly [RecordStanding, boolean])[] = [
    ["opened", seen.some(({ level }) => level === "full")],
    ["seen_masked", seen.length > 0],
    ["granted", granted.some(({ state }) => state === "active" || state === "pending")],
    ["ended", granted.length > 0],
    ["asked", asked.some(isOpen)],
  ];
  return tests.find(([, is]) => is)?.[0] ?? "not_granted";
}

function recordsOf(
  ids: readonly string[],
  jobs: ReadonlyMap<string, string>,
  { requests, grants, holds, now }: Parts & { readonly now: Date },
): CaseRecord[] {
  const live = holds.filter(
    (hold) => hold.released_at === undefined && Date.parse(hold.until) > now.getTime(),
  );
  return ids.map((id) => {
    const ends = live.filter(({ transactions }) => transactions.includes(id)).map(({ until }) => until);
    const held = ends.sort().at(-1);
    const job = jobs.get(id);
    return {
      transaction_id: id,
      ...(job === undefined ? {} : { job_id: job }),
      standing: standingOf(id, requests, grants),
      ...(held === undefined ? {} : { held_until: held }),
    };
  });
}

interface Parts {
  readonly requests: readonly RequestView[];
  readonly grants: readonly GrantDetail[];
  readonly holds: readonly CaseHold[];
}

function peopleOf({ requests, grants }: Parts): CasePerson[] {
  const all: CasePerson[] = [
    ...requests.map(({ requester: person }) => ({ part: "officer", person }) as const),
    ...grants.flatMap(({ co_viewers = [] }) =>
      co_viewers.map((person) => ({ part: "co_viewer", person }) as const),
    ),
    ...requests.flatMap(({ decisions }) =>
      decisions.map(({ stage, approver }) => ({ part: stage, person: approver })),
    ),
  ];
  return [...new Map(all.map((one) => [`${one.part} ${one.person.handle}`, one])).values()];
}

function requestOf(request: RequestView): CaseRequest {
  const decided = request.decisions.filter(({ decision }) => decision !== "ask").at(-1);
  return {
    ...RequestSummary.parse(request),
    ...(decided === undefined ? {} : { decided_at: decided.at }),
    is_narrowed: request.decisions.some(({ narrowed }) => narrowed),
    ...(request.grant_id === undefined ? {} : { grant_id: request.grant_id }),
  };
}

/** Evidence under one grant at most. */
const MAX_EVIDENCE = 100;

/** Returns the evidence files that were made under these grants, each with its maker's name. */
async function readEvidence(cx: Context, grants: readonly GrantDetail[]): Promise<CaseEvidence[]> {
  const found: Omit<CaseEvidence, "by">[] = [];
  for (const { id, request_id, reference } of grants) {
    const request = request_id === undefined ? undefined : { id: request_id, reference };
    found.push(...(await listEvidenceMade(cx, id, MAX_EVIDENCE)).map((one) => ({ ...one, request })));
  }
  return inSnapshot(cx, async (tx) => {
    const ids = await findByPseudonym(
      tx,
      found.flatMap(({ actor }) => actor ?? []),
    );
    const names = await findPeople(tx, [...ids.values()]);
    return found.map((one) => {
      const id = ids.get(one.actor ?? "");
      return { ...one, by: id === undefined ? undefined : personView(names, id) };
    });
  });
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/**
 * Returns one case with its requests, grants, records, holds, people and one timeline. Each part is read by the use case
 * of its own page. A case the caller may not know of is answered like one that does not exist.
 */
export async function getCase(cx: Context, id: string): Promise<CaseDetail> {
  const row = await requireCase(cx, id);
  const requests = await readEach(row.requests.slice(-MAX_REQUESTS), (one) => viewRequest(cx, one));
  const order = requests
    .map(({ authorization }) => CaseOrder.safeParse(authorization).data)
    .findLast(isThere);
  if (order === undefined) throw new DomainError("case.not-found");
  const grantIds = requests.flatMap(({ grant_id }) => grant_id ?? []);
  const grants = await readEach(grantIds, (one) => getGrant(cx, one));
  const evidence = await readEvidence(cx, grants);
  const asked = [...requests, ...grants].flatMap(({ transactions }) => transactions);
  const ids = [...new Set(asked)].slice(0, MAX_RECORDS);
  return inSnapshot(cx, async (tx) => {
    const holds = await readHolds(tx, cx, ids);
    const jobs = new Map((await listJobs(tx, ids)).map((one) => [one.id, one.jobId]));
    const acts = grants.flatMap(({ openings, copies, exports }) =>
      [...openings, ...copies, ...exports].flatMap(({ entry_id }) => entry_id ?? []),
    );
    const entryIds = [...acts, ...evidence.map(({ entryId }) => entryId)];
    const wanted = { requestIds: row.requests, holdIds: holds.map((hold) => hold.id), entryIds };
    const entries = await readCaseEntries(tx, cx, wanted);
    const parts = { requests, grants, holds };
    return {
      ...caseSummary(row),
      order,
      requests: requests.map(requestOf),
      grants: grants.map((grant) => GrantView.parse(grant)),
      records: recordsOf(ids, jobs, { ...parts, now: cx.clock.now() }),
      holds,
      people: peopleOf(parts),
      timeline: timelineOf({ ...parts, evidence, entries }),
    };
  });
}
