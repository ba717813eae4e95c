import "server-only";
import { tmpdir } from "node:os";
import type { CompartmentKind } from "@/lib/context/recorder";
import type { RawTx } from "@/lib/db/transaction";
import type { Ranges } from "../bundle-verifier/tree/ranges";
import type { Conditions, ReaderContext } from "../reading/fence";
import type { ExportQuery } from "../schema";
import { writeBundle } from "./bundle/build-bundle";
import type { BundleSpools } from "./bundle/gather";
import { Spool } from "./bundle/spool";
import type { JudgedLeaves } from "./judged-leaves";
import type { Produced, Sink } from "./sink";
import type { CsvOptions } from "./tables/csv";
import { writeText } from "./tables/write-text";
import { writeXlsx } from "./tables/write-xlsx";
import { byOwnWord } from "./whole-index";

export type Format = ExportQuery["format"];

/** Media type and file name of each format. */
export const MEDIA: Readonly<Record<Format, { readonly type: string; readonly extension: string }>> = {
  ndjson: { type: "application/x-ndjson; charset=utf-8", extension: "ndjson" },
  json: { type: "application/json; charset=utf-8", extension: "json" },
  csv: { type: "text/csv; charset=utf-8", extension: "csv" },
  xlsx: { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extension: "xlsx" },
  bundle: { type: "application/zip", extension: "zip" },
};

/** The headers of a file of this format. */
export function fileHeaders(format: Format): Record<string, string> {
  const { type, extension } = MEDIA[format];
  return {
    "content-type": type,
    "content-disposition": `attachment; filename="audit-log.${extension}"`,
  };
}

/** What is to be exported, and the entry that records it. */
export interface ExportRequest {
  readonly format: Format;
  readonly csv: CsvOptions;
  readonly conditions: Conditions;
  /** The reader's fence alone, without the filter. */
  readonly fence: Conditions;
  /** Kinds of parts that are opened for the reader. */
  readonly kinds: readonly CompartmentKind[];
  /** The filter by its names, for the manifest. */
  readonly filter: Readonly<Record<string, string>>;
  readonly exportEntry: string;
  /** Origin of the log that entry is in. */
  readonly recordedIn: string;
  /** Entries that the signer has signed: a whole bundle ends at no smaller tree (signed-size.ts). */
  readonly signedSize?: number | undefined;
  /** Numbers of entries no part of which is opened for this reader (whole-index.ts). */
  readonly shut?: ReadonlySet<number> | undefined;
  /** Numbers of entries that are there by their own word, whatever case or suspicion their search rows tell of. */
  readonly own?: ReadonlySet<number> | undefined;
  /** Numbers that were found to be behind the reader's fence; none of a filtered export (whole-index.ts). */
  readonly withheld?: Ranges | undefined;
  /** The leaves by which those were judged. */
  readonly judged?: JudgedLeaves | undefined;
}

/** Opens the spools of a bundle, lends them, and gives their space back whatever happens. */
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

/** Writes an export of any format into the sink, from the snapshot `tx`. Throws `export.index` (whole-index.ts). */
export async function produceExport(
  cx: ReaderContext,
  tx: RawTx,
  asked: ExportRequest,
  sink: Sink,
): Promise<Produced> {
  const { format } = asked;
  const request = await byOwnWord(cx, tx, asked);
  if (format === "bundle") {
    return withSpools(cx.instance.dataDir ?? tmpdir(), (spools) =>
      writeBundle(cx, tx, request, spools, sink),
    );
  }
  sink.begun?.();
  if (format === "xlsx") return writeXlsx(cx, tx, request, sink);
  return writeText(cx, tx, { ...request, format }, sink);
}
