import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { MAX_BATCH, NewTransaction } from "@/lib/transactions/schema";
import { openJournal, type Result } from "../batch/journal";
import { COLUMN_WORDS, FORMATS, type Format, formatOf, type Item, readItems } from "../batch/read-items";
import { sendItems } from "../batch/send-items";
import type { CommandSpec, Cx, Given } from "../command";
import { prefixOfKey } from "../config";
import { EXIT, usage } from "../exit";
import { readNamed } from "../files";

const MAX_INPUT = 256 << 20;
const BAR = 24;

/** Shows the progress of a batch to a waiting person. */
export function barText(done: number, total: number, refused: number): string {
  const full = total === 0 ? BAR : Math.floor((done / total) * BAR);
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  const bar = "#".repeat(full) + ".".repeat(BAR - full);
  return `[${bar}] ${done} of ${total} (${share} %)${refused === 0 ? "" : `, ${refused} refused`}`;
}

function formatFrom(given: Given, file: string): Format {
  const format = FORMATS.find((one) => one === given.text("format")) ?? formatOf(file);
  if (format === undefined) throw usage("--format is required: ndjson or csv");
  return format;
}

/** Checks each line with the schema, without a call. */
function check({ line, value, problem }: Item): Result {
  if (value === undefined)
    return { line, status: 400, problem: { code: "request.malformed", detail: problem ?? "" } };
  const parsed = NewTransaction.safeParse(value);
  if (parsed.success) return { line, status: 200 };
  const errors = parsed.error.issues.map((issue) => ({
    pointer: `/${issue.path.join("/")}`,
    detail: issue.message,
  }));
  return { line, status: 422, problem: { code: "request.invalid", errors } };
}

async function dryRun(cx: Cx, items: readonly Item[]): Promise<number> {
  const refused = items.map(check).filter(({ status }) => status >= 400);
  for (const result of refused) await cx.out.line(result);
  cx.out.remark(`${items.length} transactions, ${refused.length} do not fit; nothing was sent.`);
  return refused.length === 0 ? EXIT.done : EXIT.refused;
}

/** The profile outlives its key, which may be replaced between two runs. */
function whoOf(cx: Cx): string {
  const { profile, apiKey = "" } = cx.target();
  return profile === undefined ? `key ${prefixOfKey(apiKey) ?? ""}` : `profile ${profile}`;
}

async function batch(cx: Cx, given: Given): Promise<number> {
  const file = given.operand("FILE");
  const format = formatFrom(given, file);
  const input = await readNamed(cx.host, file, MAX_INPUT);
  const items = readItems(input, format);
  if (given.flag("dry-run")) return dryRun(cx, items);
  const folder = path.join(cx.host.stateFolder, "batch");
  const place = { folder, url: cx.target().url, who: whoOf(cx), input };
  const journal = openJournal(place, given.flag("again"));
  const counts = { done: 0, refused: 0 };
  const onResults = async (results: readonly Result[]): Promise<void> => {
    for (const result of results) await cx.out.line(result);
    counts.done += results.length;
    counts.refused += results.filter(({ status }) => status >= 400).length;
    cx.out.progress(barText(counts.done, items.length, counts.refused));
  };
  try {
    if (journal.made.size > 0)
      cx.out.remark(`${journal.made.size} were made by an earlier run of this input.`);
    await onResults([...journal.made.values()].map((result) => ({ ...result, made_before: true })));
    const atMost = given.whole("chunk", 1, MAX_BATCH) ?? MAX_BATCH;
    await sendItems(items, { connection: cx.connect(), journal, atMost, wait: (ms) => wait(ms), onResults });
  } catch (error) {
    cx.out.remark(
      `${counts.done} of ${items.length} are done. Run the same command again to continue; no transaction is made twice.`,
    );
    throw error;
  } finally {
    journal.close();
  }
  cx.out.remark(`${counts.done - counts.refused} made, ${counts.refused} refused.`);
  return counts.refused === 0 ? EXIT.done : EXIT.refused;
}

export const BATCH_COMMAND: CommandSpec = {
  path: ["transactions", "batch"],
  summary: "Submit many transactions from NDJSON or CSV. The same command continues an interrupted run.",
  operands: [
    {
      name: "FILE",
      help: "NDJSON with one transaction a line, or CSV with named columns; - reads standard input.",
    },
  ],
  options: [
    {
      name: "format",
      kind: "text",
      value: "FORMAT",
      help: "The format. By default, the file's name decides.",
      choices: FORMATS,
    },
    {
      name: "chunk",
      kind: "text",
      value: "N",
      help: `How many transactions one call sends. Default and maximum: ${MAX_BATCH}.`,
    },
    { name: "dry-run", kind: "flag", help: "Only check each line against the schema; nothing is sent." },
    { name: "again", kind: "flag", help: "Create all of them again, even if this input was sent before." },
  ],
  example: "sealport transactions batch november.csv > results.ndjson",
  note: `Each line of the answer is JSON: line, status (201 made, 200 with made_before made earlier, else refused), transaction_id, receipt or problem. The same input sent again, to the same portal by the same profile, makes nothing twice, however the first run ended; what was refused is tried again. Columns: ${COLUMN_WORDS.join(", ")}; participants are separated by blanks, semicolons or bars.`,
  run: batch,
};
