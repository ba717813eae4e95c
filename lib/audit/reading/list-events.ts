import "server-only";

// reading/ shows the log to people. fence.ts decides which entries a reader may see, open-parts.ts opens the parts
// they may read, and the other files are lists, single entries, proofs/ and the names of actors/.
// Always true: every read is recorded before its answer (I9). Answers are equal with and without entries outside the
// fence (I12).

import type { z } from "zod";
import type { Context } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { viewRows } from "@/lib/db/read-rows";
import { onReplica } from "@/lib/db/replica";
import { type Running, together } from "@/lib/db/statement";
import { ROUTINE_READS } from "../action-groups";
import type { SuspicionQuery } from "../people-schema";
import { filterNames, recordRead, recordReadOnce } from "../record/record-read";
import { EventItem, type EventPage, type EventQuery } from "../schema";
import { actorNames } from "./actors/actor-names";
import { refuseUnknownNames } from "./actors/known-names";
import { entryFacts, readFactParts } from "./entry-facts";
import { addFilter, type Conditions, cursorSeq, fencedConditions } from "./fence";
import { logDetail, ofLog } from "./of-log";
import { countEvents, type EventRow, planForNewest, planForPages, readEvents, readWaiting } from "./store";

/** Most waiting entries on one page. The sequencer takes thousands in the time that a page needs. */
const MAX_WAITING = 20;

function conditionsOf(cx: Context, query: EventQuery): Conditions {
  const conditions = addFilter(fencedConditions(cx), query);
  if (query.reads !== "false") return conditions;
  return conditions.add("NOT (i.outcome = 'done' AND i.action = ANY (?::text[]))", [...ROUTINE_READS]);
}

/** The most that a folded number of reads says; counting more would cost more than the page. */
const MOST_COUNTED = 10_000;

/**
 * Returns how many routine reads a page without them leaves out between two numbers of the log, at most 10,000. The
 * read of the page itself is in the log already.
 */
export function countRoutineReads(
  cx: Context,
  filter: Parameters<typeof addFilter>[1] & Pick<EventQuery, "log">,
  range: { readonly from: number; readonly to: number },
): Promise<number> {
  const conditions = addFilter(fencedConditions(cx), filter)
    .add("i.outcome = 'done' AND i.action = ANY (?::text[])", [...ROUTINE_READS])
    .add("l.log = ?", filter.log ?? cx.instance.log)
    .add("l.seq >= ?::bigint", range.from)
    .add("l.seq <= ?::bigint", range.to);
  return onReplica(cx, "audit.list", (from) =>
    from.db.prepared.transaction(({ run }) => countEvents(run, conditions, MOST_COUNTED), {
      isSnapshot: true,
    }),
  );
}

async function readPage(cx: Context, tx: Running, query: EventQuery) {
  const { limit, cursor, after } = query;
  const conditions = conditionsOf(cx, query).add("l.log = ?", cx.instance.log);
  if (after !== undefined) {
    const rows = await readEvents(tx, conditions.add("l.seq > ?::bigint", after), limit, "oldest");
    // All waiting entries are newer than the entry that the page begins after.
    return { rows, hasMore: rows.length > 0 };
  }
  if (cursor !== undefined) conditions.add("l.seq < ?::bigint", cursorSeq(cursor));
  const rows = await readEvents(tx, conditions, limit + 1);
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

async function readAhead(cx: Context, tx: Running, query: EventQuery): Promise<EventRow[]> {
  const isFirst = query.cursor === undefined && query.after === undefined;
  if (query.waiting !== "true" || !isFirst) return [];
  return readWaiting(tx, conditionsOf(cx, query).add("e.log = ?", cx.instance.log), MAX_WAITING);
}

/**
 * Returns entries of the log that the caller may see, newest first, paged by sequence number. The read is logged.
 * Throws `request.invalid` for an action or a purpose that no entry here can have.
 */
export async function listEvents(cx: Context, query: EventQuery): Promise<z.infer<typeof EventPage>> {
  const from = ofLog(cx, query.log);
  const filter = filterOf(query);
  await refuseUnknownNames(cx, filter);
  await recordRead(cx, "audit.read", { filter: filterNames(filter), ...logDetail(cx, query.log) });
  return readPageOfEvents(from, query);
}

/** Returns what a query searches for, without how much of it is shown. */
function filterOf(query: EventQuery) {
  const {
    limit: _limit,
    cursor: _cursor,
    after: _after,
    waiting: _waiting,
    reads: _reads,
    details: _details,
    log: _log,
    ...filter
  } = query;
  return filter;
}

function isWhole({ details }: EventQuery): boolean {
  return details === "true";
}

/** Reads a page with the names of its actors in one snapshot. */
function readAll(cx: Context, query: EventQuery) {
  const plan = filterNames(filterOf(query)).length > 0 ? planForPages : planForNewest;
  return cx.db.prepared.transaction(
    async (tx) => {
      const found = await together({
        planned: plan(tx),
        page: readPage(cx, tx, query),
        waiting: readAhead(cx, tx, query),
      });
      const rows = [...found.waiting, ...found.page.rows];
      const actors = rows.map((row) => row.actor);
      const more = { names: actorNames(cx, tx, actors), parts: readFactParts(tx, rows, isWhole(query)) };
      return { ...found, ...(await together(more)) };
    },
    { isSnapshot: true },
  );
}

/** Returns the page only, for use cases that record the read in another way. */
export async function readPageOfEvents(cx: Context, query: EventQuery): Promise<z.infer<typeof EventPage>> {
  const { page, waiting, names, parts } = await onReplica(cx, "audit.list", (from) => readAll(from, query));
  const rows = [...waiting, ...page.rows];
  const facts = await entryFacts(cx, rows, parts, isWhole(query));
  const viewed = viewRows(cx, "audit.events", rows, (row: EventRow) =>
    EventItem.parse({ ...row, ...names.get(row.actor ?? ""), ...facts.get(row.entry_id) }),
  );
  const last = page.rows.at(-1)?.seq ?? undefined;
  return {
    ...viewed,
    next_cursor: page.hasMore && last !== undefined ? toBase64url(utf8(String(last))) : null,
  };
}

/**
 * Returns recorded suspicions, newest first; those not in the tree yet come first. The fence of the log decides what
 * is shown. The read of the list is recorded in an entry that only the compliance duty sees. `log` names a closed log
 * to read instead; throws `audit.not-found` for any other.
 */
export async function listSuspicions(cx: Context, query: SuspicionQuery): Promise<z.infer<typeof EventPage>> {
  const from = ofLog(cx, query.log);
  await recordReadOnce(cx, "suspicion.read", { isSuspicion: true }, logDetail(cx, query.log));
  return readPageOfEvents(from, { ...query, action: "suspicion.note", waiting: "true" });
}
