import "server-only";
import type { Conditions, ReaderContext } from "@/lib/audit/reading/fence";
import type { CompartmentKind } from "@/lib/context/recorder";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import type { RawTx } from "@/lib/db/transaction";
import { type OpenedRow, openedRows } from "../export-row";
import type { Produced, Sink } from "../sink";
import { countLater, readAnchoredSize } from "../store";
import { type CsvOptions, csvHeader, csvLine } from "./csv";
import { entryLine } from "./entry-line";

interface TextFormat {
  readonly head: string;
  batch(rows: readonly OpenedRow[], done: number): string;
  foot(size: number): Promise<string>;
}

async function nothing(): Promise<string> {
  return "";
}

/** One entry a line, JCS; the entry inside has its own bytes. */
function ndjson(log: string): TextFormat {
  const batch = (rows: readonly OpenedRow[]) => rows.map((opened) => `${entryLine(opened, log)}\n`).join("");
  return { head: "", batch, foot: nothing };
}

function csv(log: string, options: CsvOptions): TextFormat {
  const batch = (rows: readonly OpenedRow[]) => rows.map((row) => csvLine(log, row, options)).join("");
  return { head: csvHeader(options), batch, foot: nothing };
}

/** One document: the same lines, and what is later than the checkpoint the export ends at. */
function json(log: string, tx: RawTx): TextFormat {
  return {
    head: `{"entries":[`,
    batch: (rows, done) =>
      `${done === 0 ? "\n" : ",\n"}${rows.map((opened) => entryLine(opened, log)).join(",\n")}`,
    foot: async (size) => {
      const later = canonicalJson(await countLater(tx, log, size));
      return `\n],"later":${later},"log":${canonicalJson(log)},"size":${size}}\n`;
    },
  };
}

export interface TextExport {
  readonly format: "ndjson" | "json" | "csv";
  readonly conditions: Conditions;
  /** The reader's fence alone, without the filter. */
  readonly fence: Conditions;
  /** Numbers of entries no part of which is opened for this reader. */
  readonly shut?: ReadonlySet<number> | undefined;
  /** Numbers of entries that are there by their own word, whatever case or suspicion their search rows tell of. */
  readonly own?: ReadonlySet<number> | undefined;
  /** Kinds of parts that are opened for the reader. */
  readonly kinds: readonly CompartmentKind[];
  readonly csv: CsvOptions;
}

/** Writes the log as text from one snapshot, as far as it is under a signed checkpoint. */
export async function writeText(
  cx: ReaderContext,
  tx: RawTx,
  wanted: TextExport,
  sink: Sink,
): Promise<Produced> {
  const { log } = cx.instance;
  const formats = { ndjson: () => ndjson(log), csv: () => csv(log, wanted.csv), json: () => json(log, tx) };
  const format = formats[wanted.format]();
  const size = await readAnchoredSize(tx, log);
  const write = async (text: string) => {
    if (text !== "") await sink.write(Buffer.from(text));
  };
  await write(format.head);
  let entries = 0;
  const { conditions, fence, shut, own, kinds } = wanted;
  for await (const batch of openedRows(cx, tx, { conditions, fence, shut, own, size }, kinds)) {
    await write(format.batch(batch, entries));
    entries += batch.length;
    sink.progress?.(entries);
  }
  await write(await format.foot(size));
  return { entries, size };
}
