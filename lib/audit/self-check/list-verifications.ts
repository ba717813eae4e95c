import "server-only";
import type { Context } from "@/lib/context/context";
import { isUuid, uuidv7 } from "@/lib/crypto/uuid";
import { type Readable, readableOf, type Viewed, viewRows } from "@/lib/db/read-rows";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { knowsEveryName } from "../reading/actors/actor-names";
import { appendEntry } from "../record/append-entry";
import { recordReadOnce } from "../record/record-read";
import { mergeReports } from "./merge-reports";
import { type RecordedEnd, recordedEnds, reportDigest } from "./recorded-end";
import type { VerificationItem, VerificationPage, VerificationQuery } from "./schema";
import {
  findOpenVerification,
  findVerification,
  insertVerification,
  type Names,
  noteEntry,
  selectVerifications,
  type VerificationRow,
} from "./store";

/** Compares a stored report with the first entry that records this end. */
function recordOf(row: VerificationRow, end: RecordedEnd | undefined): VerificationItem["record"] {
  if (end === undefined) return row.end_entry_id === null ? "unbound" : "changed";
  if (row.end_entry_id !== null && row.end_entry_id !== end.entryId) return "changed";
  if (end.digest === undefined) return "unbound";
  return reportDigest(row) === end.digest ? "bound" : "changed";
}

function toItem(row: VerificationRow, ends: ReadonlyMap<string, RecordedEnd> = NO_ENDS): VerificationItem {
  const { done, total, started_at, finished_at, report, index_report } = row;
  const { id, state, cause, by, seq, recorded_in } = row;
  const isRunning = row.state === "running" && done !== null && total !== null;
  return {
    id,
    state,
    cause,
    by,
    seq,
    recorded_in,
    report: report && mergeReports(report, index_report),
    started_at: started_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
    progress: isRunning ? { done, total } : null,
    record: recordOf(row, ends.get(id)),
  };
}

/** Returns whose names the caller sees: auditors and approvers see all, others those of their own organisation. */
function namesFor(cx: Context): Names {
  const { tenantId } = cx.instance;
  return { tenantId, organisationId: knowsEveryName(cx) ? undefined : cx.principal.organisationId };
}

const NO_ENDS: ReadonlyMap<string, RecordedEnd> = new Map();

async function toItems(
  cx: Context,
  tx: Tx,
  rows: readonly Readable<VerificationRow>[],
): Promise<Viewed<VerificationItem>> {
  const oldest = readableOf(rows).at(-1)?.started_at;
  const ends = oldest === undefined ? NO_ENDS : await recordedEnds(cx, tx, oldest);
  return viewRows(cx, "verifications", rows, (row: VerificationRow) => toItem(row, ends));
}

/** Returns verifications by the server's job, newest first, with their reports. */
export async function listVerifications(cx: Context, query: VerificationQuery): Promise<VerificationPage> {
  const { limit, cursor } = query;
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
    });
  }
  await recordReadOnce(cx, "audit.verifications");
  return inSnapshot(cx, async (tx) => {
    const rows = await selectVerifications(tx, { ...namesFor(cx), before: cursor, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const next_cursor = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
    return { ...(await toItems(cx, tx, shown)), next_cursor };
  });
}

/** Returns one verification, with its report once it has ended. Throws `verification.not-found`. */
export async function getVerification(cx: Context, id: string): Promise<VerificationItem> {
  await recordReadOnce(cx, "audit.verifications");
  return inSnapshot(cx, async (tx) => {
    const row = await findVerification(tx, namesFor(cx), id);
    const [item] = row === undefined ? [] : (await toItems(cx, tx, [row])).items;
    if (item === undefined) throw new DomainError("verification.not-found");
    return item;
  });
}

/**
 * Requests a verification of the whole log by the worker, and records the request. While one waits or runs, that one
 * is returned, so that requests cannot pile up.
 */
export async function requestVerification(cx: Context): Promise<VerificationItem> {
  const { tenantId } = cx.instance;
  const startedAt = cx.clock.now();
  const id = uuidv7(startedAt.getTime());
  const made = { id, tenantId, userId: cx.principal.userId, cause: "demand" as const, startedAt };
  const row = await inTransaction(cx, async (tx) => {
    if (!(await insertVerification(tx, made))) return findOpenVerification(tx, namesFor(cx));
    const entry = await appendEntry(tx, cx, {
      class: "log",
      outcome: "intent",
      action: "audit.verify",
      subjects: [`verification:${id}`],
      details: { cause: made.cause },
    });
    await noteEntry(tx, id, "start_entry_id", entry.id);
    return findVerification(tx, namesFor(cx), id);
  });
  // The open verification has ended meanwhile, so the next insert succeeds.
  return row === undefined ? requestVerification(cx) : toItem(row);
}
