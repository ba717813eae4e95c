import "server-only";
import { listAuthorities } from "@/lib/access/legal-authorities/store";
import { listJobs } from "@/lib/access/requests/records-store";
import { personView } from "@/lib/access/requests/view";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { readableOf, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import type { EvidenceItem, EvidencePage, EvidenceQuery } from "@/lib/evidence/schema";
import {
  type EvidenceReader,
  type EvidenceRow,
  listEvidenceRows,
  requestReferences,
} from "@/lib/evidence/store";
import { findPeople } from "@/lib/identity/people/people-store";
import { requireCursor } from "@/lib/paging";

/** Compliance sees that evidence was made; all others see their own. */
async function readerOf(tx: Tx, cx: Context): Promise<EvidenceReader> {
  const { duties, userId } = cx.principal;
  if (!duties.includes("compliance")) return { sees: "own", userId };
  return { sees: "all", sealed: await findSealedCases(tx, cx) };
}

interface Known {
  readonly people: Awaited<ReturnType<typeof findPeople>>;
  readonly jobs: ReadonlyMap<string, string>;
  readonly orders: Awaited<ReturnType<typeof listAuthorities>>;
  readonly requests: ReadonlyMap<string, string>;
}

async function readKnown(tx: Tx, rows: readonly EvidenceRow[]): Promise<Known> {
  const requestIds = [...new Set(rows.flatMap(({ request_id }) => request_id ?? []))];
  const jobs = await listJobs(tx, [...new Set(rows.flatMap(({ transactions }) => transactions))]);
  return {
    people: await findPeople(
      tx,
      rows.map(({ user_id }) => user_id),
    ),
    jobs: new Map(jobs.map(({ id, jobId }) => [id, jobId])),
    orders: await listAuthorities(tx, requestIds),
    requests: await requestReferences(tx, requestIds),
  };
}

function itemOf(row: EvidenceRow, known: Known, userId: string): EvidenceItem {
  const own = row.user_id === userId;
  const requestId = row.request_id ?? "";
  const reference = known.requests.get(requestId);
  // A decider reads the order blind, so the case number is shown only to the one who made the evidence.
  const order = own ? known.orders.get(requestId) : undefined;
  return {
    id: row.id,
    reference: row.reference,
    format: row.format,
    state: row.state,
    made_by: personView(known.people, row.user_id),
    made_at: row.made_at.toISOString(),
    own,
    ...(row.grant_id === null ? {} : { grant_id: row.grant_id }),
    ...(row.request_id === null ? {} : { request_id: row.request_id }),
    ...(reference === undefined ? {} : { request_reference: reference }),
    ...(order === undefined ? {} : { case_number: order.caseNumber }),
    records: row.transactions.map((id) => ({ id, job_id: known.jobs.get(id) ?? "" })),
    fields: row.groups,
    ...(row.pages === null ? {} : { pages: row.pages }),
    ...(row.bytes === null ? {} : { bytes: row.bytes }),
    ...(row.digest === null ? {} : { digest: row.digest }),
    ...(row.code === null ? {} : { code: row.code }),
    entry_id: row.outcome_entry_id ?? row.intent_entry_id,
  };
}

/** Returns evidence that the caller may know of, newest first. The values are not among it. */
export async function listEvidence(cx: Context, query: EvidenceQuery): Promise<EvidencePage> {
  const before = requireCursor(query.cursor);
  const page = await inSnapshot(cx, async (tx) => {
    const reader = await readerOf(tx, cx);
    const { tenantId } = cx.instance;
    const rows = await listEvidenceRows(tx, { tenantId, reader, before, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    const known = await readKnown(tx, readableOf(shown));
    const viewed = viewRows(cx, "evidence", shown, (row: EvidenceRow) =>
      itemOf(row, known, cx.principal.userId),
    );
    return { ...viewed, next_cursor: rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null };
  });
  await recordReadOnce(cx, "evidence.read");
  return page;
}
