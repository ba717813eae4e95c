import { execFileSync } from "node:child_process";
import { Client } from "pg";
import { z } from "zod";
import type { AuditBench } from "@/lib/testing/benches/audit-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { announced, ENTRIES } from "./audit-log";
import type { Figure } from "./measure";

const SUITE = "audit";
const MEGABYTE = 2 ** 20;
/** Enough for an export, and too little for anything that grows with a long log. */
const HEAP_MEGABYTES = 96;

const Outcome = z.object({ grown: z.number(), live: z.array(z.number()) });

const FORMATS = ["csv", "ndjson", "json", "xlsx", "ocsf", "syslog", "bundle"] as const;
type Format = (typeof FORMATS)[number];

/** Makes one export in a child process with a bounded heap (export-child.ts). */
function exportInChild(bench: AuditBench, format: Format, entries: number): z.infer<typeof Outcome> {
  const flags = [`--max-old-space-size=${HEAP_MEGABYTES}`, "--expose-gc"];
  const program = ["--import", "tsx", "--conditions=react-server", "bench/export-child.ts"];
  const facts = JSON.stringify(bench.cx.instance);
  const given = [bench.keyDir, bench.database.appUrl, facts, format, String(entries)];
  const stdout = execFileSync(process.execPath, [...flags, ...program, ...given], { encoding: "utf8" });
  return Outcome.parse(JSON.parse(stdout));
}

function figure(name: string, baseline: string, ratio: number, goal?: string): Figure {
  const counts = { operationMicros: 0, baselineMicros: 0 };
  return { suite: SUITE, name, baseline, ratio, ...counts, ...(goal === undefined ? {} : { goal }) };
}

async function figuresOf(bench: AuditBench, admin: Client, format: Format): Promise<Figure[]> {
  const sizes = [Math.floor(ENTRIES / 4), ENTRIES];
  const seen: z.infer<typeof Outcome>[] = [];
  for (const size of sizes) {
    // The log ends at its newest checkpoint.
    await pastTriggers(admin, ["audit_checkpoint"], () =>
      admin.query("UPDATE audit_checkpoint SET size = $1", [size]),
    );
    const made = async () => exportInChild(bench, format, size);
    seen.push(await announced(`${format} of ${size} in ${HEAP_MEGABYTES} MB of heap`, made));
  }
  const name = format.toUpperCase();
  return [
    ...seen.flatMap(({ grown, live }, at) => [
      figure(`${name} of ${sizes[at]}, bounded: memory grows by`, "1 MB", grown / MEGABYTE, "≤ 64"),
      figure(`${name} of ${sizes[at]}: alive at most`, "1 MB", Math.max(...live) / MEGABYTE),
    ]),
  ];
}

/**
 * Measures what an export keeps of a quarter of a log of BENCH_ENTRIES and of all of it, in a heap too small for anything that grows with
 * the log. It measures the process's growth, which means little without a bound because V8 collects as late as it may, and what a
 * collection leaves alive at four places on the way.
 */
export async function memoryFigures(bench: AuditBench): Promise<Figure[]> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  try {
    const figures: Figure[] = [];
    for (const format of FORMATS) figures.push(...(await figuresOf(bench, admin, format)));
    return figures;
  } finally {
    await admin.end();
  }
}
