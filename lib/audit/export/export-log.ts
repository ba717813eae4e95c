import "server-only";

// export/ writes the log to files. export-log.ts streams an export, jobs/ makes one in the background, read-entries.ts
// scans the log, judge-entry.ts decides what the reader gets of each entry, bundle/ and tables/ are the formats.
// Always true: the export is recorded before its first byte. What is left out follows from signed or sealed bytes,
// not from a row.

import type { Context } from "@/lib/context/context";
import type { CompartmentKind } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import type { AuditEvent } from "../entry/event";
import { refuseUnknownNames } from "../reading/actors/known-names";
import type { Reader } from "../reading/fence";
import { addFilter, type FenceContext, fencedConditions, type ReaderContext } from "../reading/fence";
import { logDetail, ofLog } from "../reading/of-log";
import { readableKinds } from "../reading/open-parts";
import { appendEntry } from "../record/append-entry";
import { recordEvent } from "../record/record-event";
import { filterNames } from "../record/record-read";
import type { ExportOptions, ExportQuery } from "../schema";
import { awaitErasures } from "./erasures-settled";
import { type ExportLender, lendingOf } from "./export-loan";
import { insertExport } from "./history/history-store";
import { fileHeaders, produceExport } from "./produce-export";
import type { ExportRequest } from "./read-entries";
import { readSignedSize } from "./signed-size";
import { streamSnapshot } from "./stream-snapshot";

/** Returns a query's filter only: the members that select entries, by name. */
export function filterOf(query: ExportQuery): Record<string, string> {
  const { format: _format, delimiter: _delimiter, bom: _bom, parts: _parts, log: _log, ...given } = query;
  const filter: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) filter[name] = value;
  return filter;
}

/** Returns the stored options of a query without its filter. `cx` is of the present log, which needs no name. */
export function optionsOf(cx: Pick<ReaderContext, "instance">, query: ExportQuery): ExportOptions {
  const { delimiter, bom, parts, log } = query;
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(bom === undefined ? {} : { bom }),
    ...(parts === undefined ? {} : { parts }),
    ...logDetail(cx, log),
  };
}

/** Returns what the export's own entry records of it. Of a filter it records only the names (I12). */
export function exportDetails(query: ExportQuery): Record<string, Json> {
  const { format, parts } = query;
  return { format, filter: filterNames(filterOf(query)), ...(parts === undefined ? {} : { parts }) };
}

/** Returns the kinds of parts that a caller's export opens. */
export function kindsOf(
  cx: Pick<ReaderContext, "principal">,
  { parts }: ExportQuery,
): readonly CompartmentKind[] {
  return parts === "none" ? [] : readableKinds(cx);
}

/**
 * Returns the scope of a caller's export: the request, limited by the caller's own fence. `cx` is of the present log.
 */
export function requestOf(cx: FenceContext, query: ExportQuery, exportEntry: string): ExportRequest {
  return {
    format: query.format,
    csv: { delimiter: query.delimiter ?? ",", bom: query.bom === "true" },
    conditions: addFilter(fencedConditions(cx), query),
    kinds: kindsOf(cx, query),
    filter: filterOf(query),
    exportEntry,
    recordedIn: cx.instance.log,
  };
}

/**
 * Exports the log as far as a signed checkpoint covers it, streamed from one REPEATABLE READ READ ONLY snapshot. The
 * export is recorded, and that record committed, before its first byte. Entries outside the fence are left out; a
 * bundle has their leaf hashes. `log` names a closed log to export instead. Under a grant, its lender is called in
 * the transaction of the entry. The export breaks off when its maker's account or its grant ends.
 */
export async function exportLog(
  cx: Context,
  query: ExportQuery,
  lender?: ExportLender,
): Promise<{ response: Response }> {
  const { format, log } = query;
  const from = ofLog(cx, log);
  // Refuse an impossible filter before anything is recorded.
  addFilter(fencedConditions(cx), query);
  await refuseUnknownNames(cx, filterOf(query));
  const signedSize = await readSignedSize(from, query, Object.keys(filterOf(query)).length > 0);
  await awaitErasures(from, { format, kinds: kindsOf(cx, query) }, "briefly");
  const event = {
    class: "export",
    outcome: "done",
    action: "audit.export",
    details: { ...exportDetails(query), ...logDetail(cx, log) },
  } as const;
  const recordedId = await recordExport(cx, query, event, lender);
  const id = await beginHistory(cx, query, recordedId);
  const request = { ...requestOf(cx, query, recordedId), signedSize };
  const body = await streamSnapshot(cx, id, (tx, sink) => produceExport(from, tx, request, sink));
  return { response: new Response(body, { headers: fileHeaders(format) }) };
}

/** Records the entry of a streamed export. Under a grant, one unit is used in the same transaction. */
async function recordExport(
  cx: Context,
  query: ExportQuery,
  event: Omit<AuditEvent, "subjects">,
  lender: ExportLender | undefined,
): Promise<string> {
  if (query.grant_id === undefined) return (await recordEvent(cx, { ...event, subjects: [] })).id;
  return inTransaction(cx, async (tx) => {
    const loan = await lendingOf(tx, query, lender);
    if (loan === undefined) throw new InvariantError("an export under a grant has no loan");
    const { id } = await appendEntry(tx, cx, { ...event, ...loan.entry });
    await loan.take();
    return id;
  });
}

async function beginHistory(cx: Context, query: ExportQuery, entryId: string): Promise<string> {
  const startedAt = cx.clock.now();
  const id = uuidv7(startedAt.getTime());
  const { userId } = cx.principal;
  const { tenantId } = cx.instance;
  const wanted = { format: query.format, filter: filterOf(query), options: optionsOf(cx, query) };
  const made = { id, tenantId, userId, ...wanted, fence: readerStanding(cx.principal), entryId, startedAt };
  await inTransaction(cx, (tx) => insertExport(tx, made));
  return id;
}

/**
 * Returns the facts that decide what a person may read of the log, as one text: role, duties, organisation. A
 * background export keeps the text of its request. If the text changes, the export is neither made nor downloaded.
 */
export function readerStanding({ role, duties, organisationId }: Reader): string {
  return [role, ...[...duties].sort(), organisationId].join(" ");
}
