import "server-only";
import type { Context } from "@/lib/context";
import { utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import { inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { addFilter, type Conditions, fencedConditions } from "../reading/filter";
import { recordEvent } from "../record-event";
import { filterNames } from "../record-read";
import type { ExportQuery } from "../schema";
import { buildBundle } from "./build-bundle";
import { type CsvOptions, csvHeader, csvLine } from "./csv";
import { entryLine, openedRows } from "./export-row";
import { countLater, readAnchoredSize } from "./store";

type Format = Exclude<ExportQuery["format"], "xlsx">;
type Write = (bytes: Uint8Array) => Promise<void>;

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
  const csv: CsvOptions = { delimiter: delimiter ?? ",", bom: bom === "true" };
  const produce = async (tx: RawTx, write: Write): Promise<void> => {
    if (format === "bundle")
      await write(await buildBundle(cx, tx, { conditions, filter, exportEntry: recorded.id }));
    else await writeText(cx, tx, { format, conditions, csv }, write);
  };
  const { type, extension } = MEDIA[format];
  const headers = {
    "content-type": type,
    "content-disposition": `attachment; filename="audit-log.${extension}"`,
  };
  return { response: new Response(streamSnapshot(cx, produce), { headers }) };
}

/** Runs the producer in a snapshot of its own; the reader's pace holds it back, and his leaving ends it. */
function streamSnapshot(
  cx: Context,
  produce: (tx: RawTx, write: Write) => Promise<void>,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const run = async (): Promise<void> => {
    try {
      await inRawSnapshot(cx, (tx) => produce(tx, (bytes) => writer.write(bytes)));
      await writer.close();
    } catch (err) {
      cx.logger.error({ err }, "an export ended early");
      await writer.abort(err).catch(() => undefined);
    }
  };
  void run();
  return readable;
}

interface TextExport {
  readonly format: "ndjson" | "json" | "csv";
  readonly conditions: Conditions;
  readonly csv: CsvOptions;
}

async function writeText(cx: Context, tx: RawTx, wanted: TextExport, write: Write): Promise<void> {
  const { log } = cx.instance;
  const { format, conditions, csv } = wanted;
  const size = await readAnchoredSize(tx, log);
  if (format === "csv") await write(utf8(csvHeader(csv)));
  if (format === "json") await write(utf8(`{"entries":[`));
  let isFirst = true;
  for await (const batch of openedRows(cx, tx, conditions, size)) {
    const lines = batch.map((opened) => (format === "csv" ? csvLine(opened, csv) : entryLine(opened, true)));
    if (format === "csv") await write(utf8(lines.join("")));
    if (format === "ndjson") await write(utf8(lines.map((line) => `${line}\n`).join("")));
    if (format === "json") await write(utf8(`${isFirst ? "\n" : ",\n"}${lines.join(",\n")}`));
    isFirst = false;
  }
  if (format !== "json") return;
  const later = await countLater(tx, log, size);
  await write(utf8(`\n],"later":${canonicalJson(later)},"log":${canonicalJson(log)},"size":${size}}\n`));
}
