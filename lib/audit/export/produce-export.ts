import "server-only";
import { tmpdir } from "node:os";
import type { RawTx } from "@/lib/db/transaction";
import type { ReaderContext } from "../reading/fence";
import type { ExportFormat } from "../schema";
import { writeBundle } from "./bundle/build-bundle";
import type { BundleSpools } from "./bundle/gather";
import { Spool } from "./bundle/spool";
import { requireNoPruningWaiting } from "./erasures-settled";
import { type ExportRequest, isFiltered } from "./read-entries";
import type { Produced, Sink } from "./sink";
import { writeText } from "./tables/write-text";
import { writeXlsx } from "./tables/write-xlsx";

/** Media type and file name of each format. */
export const MEDIA: Readonly<Record<ExportFormat, { readonly type: string; readonly extension: string }>> = {
  ndjson: { type: "application/x-ndjson; charset=utf-8", extension: "ndjson" },
  json: { type: "application/json; charset=utf-8", extension: "json" },
  csv: { type: "text/csv; charset=utf-8", extension: "csv" },
  ocsf: { type: "application/x-ndjson; charset=utf-8", extension: "ocsf.ndjson" },
  syslog: { type: "text/plain; charset=utf-8", extension: "syslog.log" },
  xlsx: { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extension: "xlsx" },
  bundle: { type: "application/zip", extension: "zip" },
};

/** Returns the headers of a file of this format. */
export function fileHeaders(format: ExportFormat): Record<string, string> {
  const { type, extension } = MEDIA[format];
  return {
    "content-type": type,
    "content-disposition": `attachment; filename="audit-log.${extension}"`,
  };
}

/** Opens the spools of a bundle, runs the callback, and frees their disk space in every case. */
async function withSpools<T>(dir: string, use: (spools: BundleSpools) => Promise<T>): Promise<T> {
  const opened: Spool[] = [];
  const open = async (): Promise<Spool> => {
    const spool = await Spool.open(dir);
    opened.push(spool);
    return spool;
  };
  try {
    return await use({
      entries: await open(),
      page: await open(),
      places: await open(),
      leaves: await open(),
      withheld: await open(),
      erased: await open(),
      missing: await open(),
    });
  } finally {
    await Promise.all(opened.map((spool) => spool.close()));
  }
}

/** Writes an export of any format into the sink, from the snapshot `tx`. */
export async function produceExport(
  cx: ReaderContext,
  tx: RawTx,
  request: ExportRequest,
  sink: Sink,
): Promise<Produced> {
  const { format } = request;
  if (!isFiltered(request)) await requireNoPruningWaiting(cx, tx);
  if (format === "bundle") {
    return withSpools(cx.instance.dataDir ?? tmpdir(), (spools) =>
      writeBundle(cx, tx, request, spools, sink),
    );
  }
  sink.begun?.();
  if (format === "xlsx") return writeXlsx(cx, tx, request, sink);
  return writeText(cx, tx, { ...request, format }, sink);
}
