import { to as copyTo } from "pg-copy-streams";
import { entriesSelect } from "@/lib/audit/export/entry-store";
import { produceExport } from "@/lib/audit/export/produce-export";
import { fencedConditions, type ReaderContext } from "@/lib/audit/reading/fence";
import { readableKinds } from "@/lib/audit/reading/open-parts";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawSnapshot } from "@/lib/db/transaction";
import type { AuditBench } from "@/lib/testing/benches/audit-bench";
import { announced, contextOf, ENTRIES, withSeededLog } from "./audit-log";
import { memoryFigures } from "./export-memory";
import { type Figure, median, millis } from "./measure";
import { proofFigures } from "./proof";

const SUITE = "audit";
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const MEGABYTE = 1024 * 1024;
const SAMPLE_MS = 10;

type Work = () => Promise<unknown>;

/** Returns the rows of an export as PostgreSQL's text COPY gives them, counted and discarded. */
function rawCopy(cx: ReaderContext, kinds = readableKinds(cx)): Work {
  const { log } = cx.instance;
  return () =>
    inRawSnapshot(cx, async (tx) => {
      const conditions = fencedConditions(cx);
      const range = { log, size: ENTRIES, conditions, kinds, take: "log", also: [] } as const;
      const { text, values } = entriesSelect(range);
      for (const [at, value] of values.entries())
        await tx.query("SELECT set_config($1, $2, true)", [`sealport.bench.v${at + 1}`, value]);
      const select = text.replaceAll(/\$(\d+)/g, "current_setting('sealport.bench.v$1')");
      let bytes = 0;
      for await (const chunk of tx.query(copyTo(`COPY (${select}) TO STDOUT`))) bytes += chunk.length;
      return bytes;
    });
}

function exportOf(
  cx: ReaderContext,
  format: "csv" | "ndjson" | "xlsx" | "bundle",
  kinds = readableKinds(cx),
): Work {
  const request = {
    format,
    csv: { delimiter: ",", bom: false },
    conditions: fencedConditions(cx),
    kinds,
    filter: {},
    exportEntry: uuidv7(Date.now()),
    recordedIn: cx.instance.log,
  } as const;
  return () => inRawSnapshot(cx, (tx) => produceExport(cx, tx, request, { write: async () => undefined }));
}

/** A long log warms the code up within its first second. */
const WARMED_FROM = 200_000;

async function warmUp(name: string, work: Work): Promise<void> {
  if (ENTRIES < WARMED_FROM) await announced(`${name}, once to warm up`, work);
}

/** Returns the maximum growth of the process in bytes, sampled while the work runs. */
async function growthOf(work: Work): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, SAMPLE_MS);
  await work();
  clearInterval(timer);
  return peak - before;
}

function grown(name: string, bytes: number): Figure {
  return {
    suite: SUITE,
    name: `${name}: memory grows by`,
    baseline: "1 MB",
    ratio: bytes / MEGABYTE,
    operationMicros: 0,
    baselineMicros: 0,
    goal: "≤ 64",
  };
}

/**
 * Measures throughput as a share of raw COPY in alternating rounds (the median of the paired ratios), and the maximum memory of a round.
 */
async function againstCopy(name: string, operation: Work, baseline: Work, goal?: string): Promise<Figure[]> {
  await warmUp(name, operation);
  await warmUp(`raw COPY for ${name}`, baseline);
  const ours: number[] = [];
  const theirs: number[] = [];
  let growth = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const timed = async () => ours.push(await millis(operation));
    growth = Math.max(growth, await announced(name, () => growthOf(timed)));
    theirs.push(await announced(`raw COPY for ${name}`, () => millis(baseline)));
  }
  const ratio = median(ours.map((one, round) => (theirs[round] ?? Number.NaN) / one));
  const perRow = (times: readonly number[]) => (median(times) * 1000) / ENTRIES;
  return [
    {
      suite: SUITE,
      name: `${name}: rows a second`,
      baseline: "raw COPY of the same rows",
      ratio,
      operationMicros: perRow(ours),
      baselineMicros: perRow(theirs),
      ...(goal === undefined ? {} : { goal }),
    },
    grown(name, growth),
  ];
}

async function bundleGrowth(work: Work): Promise<Figure> {
  await warmUp("bundle", work);
  return grown("bundle", await announced("bundle", () => growthOf(work)));
}

async function figuresOf(bench: AuditBench): Promise<Figure[]> {
  const auditor = contextOf(bench, "auditor");
  const coordinator = contextOf(bench, "coordinator");
  const raw = rawCopy(auditor);
  return [
    ...(await againstCopy("CSV, no part", exportOf(auditor, "csv", []), rawCopy(auditor, []), "≥ 0.8")),
    ...(await againstCopy(
      "CSV, one part opened",
      exportOf(coordinator, "csv"),
      rawCopy(coordinator),
      "≥ 0.8",
    )),
    ...(await againstCopy("CSV, two parts opened", exportOf(auditor, "csv"), raw, "≥ 0.8")),
    ...(await againstCopy("NDJSON, two parts opened", exportOf(auditor, "ndjson"), raw)),
    ...(await againstCopy("XLSX, two parts opened", exportOf(auditor, "xlsx"), raw)),
    await bundleGrowth(exportOf(auditor, "bundle")),
  ];
}

/** Measures proofs, exports against raw COPY and their memory, over one log of BENCH_ENTRIES entries. */
export function benchAuditExport(): Promise<Figure[]> {
  return withSeededLog(async (bench) => [
    ...(await proofFigures(bench)),
    ...(await figuresOf(bench)),
    ...(await memoryFigures(bench)),
  ]);
}
