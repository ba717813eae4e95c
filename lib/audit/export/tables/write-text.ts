import "server-only";
import { peopleFor } from "@/lib/audit/reading/actors/known-people";
import type { ReaderContext } from "@/lib/audit/reading/fence";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import type { RawTx } from "@/lib/db/transaction";
import type { ShownEntry } from "../judge-entry";
import { EntryScan, type ExportRequest, shownOf } from "../read-entries";
import { ocsfLine } from "../siem/ocsf";
import { syslogLine } from "../siem/syslog";
import type { Produced, Sink } from "../sink";
import { countLater, readAnchor } from "../store";
import { type CsvOptions, csvHeader, csvLine, type KnownPeople } from "./columns";
import { entryLine } from "./entry-line";

interface TextFormat {
  readonly head: string;
  batch(rows: readonly ShownEntry[], done: number): string;
  foot(size: number): Promise<string>;
}

async function nothing(): Promise<string> {
  return "";
}

/** Writes one entry per line, JCS; the entry inside has its own bytes. */
function ndjson(): TextFormat {
  const batch = (rows: readonly ShownEntry[]) => rows.map((shown) => `${entryLine(shown, true)}\n`).join("");
  return { head: "", batch, foot: nothing };
}

function csv(options: CsvOptions, people: KnownPeople): TextFormat {
  const batch = (rows: readonly ShownEntry[]) => rows.map((row) => csvLine(row, options, people)).join("");
  return { head: csvHeader(options), batch, foot: nothing };
}

/** Writes one document: the same lines, and the entries later than the checkpoint at which the export ends. */
function json(log: string, tx: RawTx): TextFormat {
  return {
    head: `{"entries":[`,
    batch: (rows, done) =>
      `${done === 0 ? "\n" : ",\n"}${rows.map((shown) => entryLine(shown, true)).join(",\n")}`,
    foot: async (size) => {
      const later = canonicalJson(await countLater(tx, log, size));
      return `\n],"later":${later},"log":${canonicalJson(log)},"size":${size}}\n`;
    },
  };
}

/** Writes one event or message for a security system per line. */
function lines(line: (shown: ShownEntry, log: string) => string, log: string): TextFormat {
  const batch = (rows: readonly ShownEntry[]) => rows.map((shown) => `${line(shown, log)}\n`).join("");
  return { head: "", batch, foot: nothing };
}

export type TextExport = ExportRequest & {
  readonly format: "ndjson" | "json" | "csv" | "ocsf" | "syslog";
};

/** Writes the log as text from one snapshot, as far as a signed checkpoint covers it. */
export async function writeText(
  cx: ReaderContext,
  tx: RawTx,
  wanted: TextExport,
  sink: Sink,
): Promise<Produced> {
  const { log } = cx.instance;
  // Read before the stream, because the connection answers no other query until its end.
  const people: KnownPeople = wanted.format === "csv" ? await peopleFor(tx, cx, wanted) : new Map();
  const formats = {
    ndjson,
    csv: () => csv(wanted.csv, people),
    json: () => json(log, tx),
    ocsf: () => lines(ocsfLine, log),
    syslog: () => lines(syslogLine, log),
  };
  const format = formats[wanted.format]();
  const anchor = await readAnchor(tx, log);
  const scan = new EntryScan(cx, tx, wanted, anchor);
  const write = async (text: string) => {
    if (text !== "") await sink.write(Buffer.from(text));
  };
  await write(format.head);
  let entries = 0;
  for await (const leaves of scan.batches()) {
    const batch = shownOf(leaves);
    if (batch.length > 0) await write(format.batch(batch, entries));
    entries += batch.length;
    sink.progress?.(entries);
  }
  await write(await format.foot(anchor.size));
  return { entries, size: anchor.size, flaw: scan.flaw };
}
