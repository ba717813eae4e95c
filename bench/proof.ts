import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import type { AuditBench } from "@/lib/testing/benches/audit-bench";
import { contextOf, ENTRIES, withSeededLog } from "./audit-log";
import { type Figure, median, millis } from "./measure";

const SUITE = "audit";
const PROOFS = 300;

interface Sent {
  readonly text: string;
  readonly values: unknown[];
}

/** Returns the number of pages that the tiles of one proof are read from, by PostgreSQL's own count. */
async function pagesOf(bench: AuditBench, sent: readonly Sent[]): Promise<number> {
  let pages = 0;
  for (const { text, values } of sent) {
    const { rows } = await bench.appPool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
    const plan = rows[0]["QUERY PLAN"][0].Plan;
    pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  }
  return pages;
}

/** Measures inclusion proofs over the log of a bench: their time, their hashes, and what is read for one. */
export async function proofFigures(bench: AuditBench): Promise<Figure[]> {
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
    { ...count, name: `one proof of ${ENTRIES}: pages that contain them`, baseline: "1 page", ratio: pages },
  ];
}

/** Measures `proofFigures` over a log of BENCH_ENTRIES entries. */
export function benchProof(): Promise<Figure[]> {
  return withSeededLog(proofFigures);
}
