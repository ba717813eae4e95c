import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { to as copyTo } from "pg-copy-streams";
import { produceExport } from "@/lib/audit/export/produce-export";
import { exportSelect } from "@/lib/audit/export/store";
import { getProof } from "@/lib/audit/get-proof";
import { fencedConditions, type ReaderContext } from "@/lib/audit/reading/filter";
import { readableKinds } from "@/lib/audit/reading/open-parts";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawSnapshot } from "@/lib/db/transaction";
import { type AuditBench, createAuditBench } from "@/lib/testing/audit";
import { startTestServer } from "@/lib/testing/test-server";
import { contextOf, ENTRIES, pinKeys, seedEntries } from "./audit-log";
import type { Figure } from "./measure";

const SUITE = "audit";
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const PROOFS = 300;
const MEGABYTE = 1024 * 1024;
const SAMPLE_MS = 10;

type Work = () => Promise<unknown>;

async function millis(work: Work): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The rows of an export as PostgreSQL's text COPY gives them, counted and thrown away. */
function rawCopy(cx: ReaderContext, kinds = readableKinds(cx)): Work {
  const { log } = cx.instance;
  return () =>
    inRawSnapshot(cx, async (tx) => {
      const range = { conditions: fencedConditions(cx), log, size: ENTRIES };
      const { text, values } = exportSelect(range, kinds);
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
    fence: fencedConditions(cx),
    kinds,
    filter: {},
    exportEntry: uuidv7(Date.now()),
    recordedIn: cx.instance.log,
  } as const;
  return () => inRawSnapshot(cx, (tx) => produceExport(cx, tx, request, { write: async () => undefined }));
}

/** Says on stderr what is measured: over a million entries one of these takes a minute or more. */
async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const result = await work();
  console.error(`export   ${what}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** A long log warms the code up by itself within its first second. */
const WARMED_FROM = 200_000;

async function warmUp(name: string, work: Work): Promise<void> {
  if (ENTRIES < WARMED_FROM) await told(`${name}, once to warm up`, work);
}

/** How many bytes the process grew at most beyond what it held before, sampled while the work runs. */
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

/** Throughput kept of raw COPY in alternating rounds, the median of the paired ratios, and the most memory of a round. */
async function againstCopy(name: string, operation: Work, baseline: Work, goal?: string): Promise<Figure[]> {
  await warmUp(name, operation);
  await warmUp(`raw COPY for ${name}`, baseline);
  const ours: number[] = [];
  const theirs: number[] = [];
  let growth = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const timed = async () => ours.push(await millis(operation));
    growth = Math.max(growth, await told(name, () => growthOf(timed)));
    theirs.push(await told(`raw COPY for ${name}`, () => millis(baseline)));
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
  return grown("bundle", await told("bundle", () => growthOf(work)));
}

interface Sent {
  readonly text: string;
  readonly values: unknown[];
}

/** Pages that the tiles of one proof are read from, by PostgreSQL's own count. */
async function pagesOf(bench: AuditBench, sent: readonly Sent[]): Promise<number> {
  let pages = 0;
  for (const { text, values } of sent) {
    const { rows } = await bench.appPool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
    const plan = rows[0]["QUERY PLAN"][0].Plan;
    pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  }
  return pages;
}

async function proofFigures(bench: AuditBench): Promise<Figure[]> {
  const cx = contextOf(bench, "auditor");
  const sent: Sent[] = [];
  const { pool } = cx.db;
  const query = pool.query.bind(pool);
  const times: number[] = [];
  let hashes = 0;
  await getProof(cx, 0);
  for (let n = 0; n < PROOFS; n += 1) {
    const seq = Math.floor((n * ENTRIES) / PROOFS);
    times.push(
      await millis(async () => {
        const proof = await getProof(cx, seq);
        hashes = Math.max(hashes, (proof.split("\n\n", 1)[0]?.split("\n").length ?? 0) - 2);
      }),
    );
  }
  const watched = new Proxy(pool, {
    get: (target, member) =>
      member === "query"
        ? (text: string, values: unknown[]) => {
            sent.push({ text, values });
            return query(text, values);
          }
        : Reflect.get(target, member, target),
  });
  await getProof({ ...cx, db: { ...cx.db, pool: watched } }, Math.floor(ENTRIES / 3));
  const p99 = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  const count = { suite: SUITE, operationMicros: 0, baselineMicros: 0 };
  const pages = await pagesOf(bench, sent);
  return [
    {
      ...count,
      name: `one proof of ${ENTRIES}: p99`,
      baseline: "1 ms",
      ratio: p99,
      operationMicros: p99 * 1000,
      goal: "≤ 10",
    },
    { ...count, name: `one proof of ${ENTRIES}: median`, baseline: "1 ms", ratio: median(times) },
    { ...count, name: `one proof of ${ENTRIES}: hashes`, baseline: "1 hash", ratio: hashes, goal: "≤ 20" },
    { ...count, name: `one proof of ${ENTRIES}: tiles read`, baseline: "1 tile", ratio: sent.length },
    { ...count, name: `one proof of ${ENTRIES}: pages those stand on`, baseline: "1 page", ratio: pages },
  ];
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
    ...(await proofFigures(bench)),
  ];
}

/** Exports against raw COPY, what they hold in memory, and one proof, over a log of BENCH_ENTRIES entries. */
export async function benchAuditExport(): Promise<Figure[]> {
  const { server, stop } = await startTestServer();
  const dataDir = await mkdtemp(path.join(tmpdir(), "sealport-bench-"));
  const bench = await createAuditBench({ server });
  try {
    pinKeys(bench, dataDir);
    await told(`seeding ${ENTRIES} entries`, () => seedEntries(bench));
    return await figuresOf(bench);
  } finally {
    await bench.close();
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
