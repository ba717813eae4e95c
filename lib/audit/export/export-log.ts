import "server-only";
import type { Context } from "@/lib/context";
import { utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { addFilter, type Conditions, fencedConditions } from "../reading/filter";
import { recordEvent } from "../record-event";
import { filterNames } from "../record-read";
import type { ExportQuery } from "../schema";
import { buildBundle } from "./build-bundle";
import { type CsvOptions, csvHeader, csvLine } from "./csv";
import { entryLine, openedRows } from "./export-row";
import { insertExport } from "./history-store";
import { countLater, readAnchoredSize } from "./store";
import { type Produced, streamSnapshot, type Write } from "./stream-snapshot";

type Format = Exclude<ExportQuery["format"], "xlsx">;

const MEDIA: Readonly<Record<Format, { readonly type: string; readonly extension: string }>> = {
  ndjson: { type: "application/x-ndjson; charset=utf-8", extension: "ndjson" },
  json: { type: "application/json; charset=utf-8", extension: "json" },
  csv: { type: "text/csv; charset=utf-8", extension: "csv" },
  bundle: { type: "application/zip", extension: "zip" },
};

/**
 * Exports the log as far as it is under a signed checkpoint, streamed from one REPEATABLE READ READ ONLY
 * snapshot. The export is recorded, and that record committed, before its first byte. Entries behind the
 * fence are not in it; a bundle has their leaf hashes.
 */
export async function exportLog(cx: Context, query: ExportQuery): Promise<{ response: Response }> {
  const { format, delimiter, bom, ...given } = query;
  if (format === "xlsx") {
    throw new DomainError("request.invalid", {
      errors: [{ pointer: "/format", detail: "xlsx is not offered yet" }],
    });
  }
  const conditions = addFilter(fencedConditions(cx), query);
  const filter: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) filter[name] = value;
  const recorded = await recordEvent(cx, {
    class: "export",
    outcome: "done",
    action: "audit.export",
    subjects: [],
    details: { format, filter: filterNames(filter) },
  });
  const id = await beginHistory(cx, format, filter, recorded.id);
  const csv: CsvOptions = { delimiter: delimiter ?? ",", bom: bom === "true" };
  const produce = async (tx: RawTx, write: Write): Promise<Produced> => {
    if (format !== "bundle") return writeText(cx, tx, { format, conditions, csv }, write);
    const { bytes, ...produced } = await buildBundle(cx, tx, {
      conditions,
      filter,
      exportEntry: recorded.id,
    });
    await write(bytes);
    return produced;
  };
  const { type, extension } = MEDIA[format];
  const headers = {
    "content-type": type,
    "content-disposition": `attachment; filename="audit-log.${extension}"`,
  };
  return { response: new Response(streamSnapshot(cx, id, produce), { headers }) };
}

async function beginHistory(
  cx: Context,
  format: Format,
  filter: Readonly<Record<string, string>>,
  entryId: string,
): Promise<string> {
  const startedAt = cx.clock.now();
  const id = uuidv7(startedAt.getTime());
  const { userId } = cx.principal;
  const made = { id, tenantId: cx.instance.tenantId, userId, format, filter, entryId, startedAt };
  await inTransaction(cx, (tx) => insertExport(tx, made));
  return id;
}

interface TextExport {
  readonly format: "ndjson" | "json" | "csv";
  readonly conditions: Conditions;
  readonly csv: CsvOptions;
}

async function writeText(cx: Context, tx: RawTx, wanted: TextExport, write: Write): Promise<Produced> {
  const { log } = cx.instance;
  const { format, conditions, csv } = wanted;
  const size = await readAnchoredSize(tx, log);
  if (format === "csv") await write(utf8(csvHeader(csv)));
  if (format === "json") await write(utf8(`{"entries":[`));
  let entries = 0;
  for await (const batch of openedRows(cx, tx, conditions, size)) {
    const lines = batch.map((opened) => (format === "csv" ? csvLine(opened, csv) : entryLine(opened, true)));
    if (format === "csv") await write(utf8(lines.join("")));
    if (format === "ndjson") await write(utf8(lines.map((line) => `${line}\n`).join("")));
    if (format === "json") await write(utf8(`${entries === 0 ? "\n" : ",\n"}${lines.join(",\n")}`));
    entries += batch.length;
  }
  if (format !== "json") return { entries, size };
  const later = await countLater(tx, log, size);
  await write(utf8(`\n],"later":${canonicalJson(later)},"log":${canonicalJson(log)},"size":${size}}\n`));
  return { entries, size };
}
