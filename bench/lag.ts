import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { readLastCheckpoint } from "@/lib/audit/sequencer/checkpoint-store";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { startLogProcesses } from "@/lib/testing/log/log-processes";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { against, type Figure, load } from "./measure";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const WRITERS = 64;
const ENTRIES = 10_000;

/** Selects the time from an entry's own time to its leaf, and to the first published checkpoint over it; by the database's clock. */
const LAGS = `
  SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM l.integrated_at - e.at::timestamptz)) AS leaf,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM c.published_at - e.at::timestamptz)) AS signed,
    max(extract(epoch FROM c.published_at - e.at::timestamptz)) AS last
  FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
  CROSS JOIN LATERAL (SELECT published_at FROM audit_checkpoint c WHERE c.log = l.log AND c.size > l.seq
    ORDER BY c.size LIMIT 1) c
  WHERE l.log = $1 AND l.seq >= $2`;

async function untilSigned(bench: AuditBench, size: number): Promise<void> {
  const signed = async () => (await readLastCheckpoint(bench.sequencerPool, bench.place.log))?.size ?? 0;
  while ((await signed()) < size) await sleep(50);
}

/** Measures how long an entry waits for its leaf and for a signature over it, with writers and one worker running. */
export async function benchLag(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  const bench = await createAuditBench({ server, writers: WRITERS });
  const processes = await startLogProcesses(bench);
  try {
    processes.startWorker();
    // The worker makes the log's head. Entries from before all processes run are not counted.
    const warm = 100;
    await load(WRITERS, warm, () => recordEvent(bench.cx, EVENT));
    await untilSigned(bench, warm);
    await load(WRITERS, ENTRIES, () => recordEvent(bench.cx, EVENT));
    await untilSigned(bench, warm + ENTRIES);
    const { rows } = await bench.appPool.query(LAGS, [bench.place.log, warm]);
    const seconds = (name: string) => Number(rows[0]?.[name]);
    return [
      against("lag", `${WRITERS} writers: leaf, p99`, { value: seconds("leaf"), limit: 1, unit: "s" }),
      against("lag", `${WRITERS} writers: checkpoint, p99`, {
        value: seconds("signed"),
        limit: 2,
        unit: "s",
      }),
      against("lag", `${WRITERS} writers: checkpoint, longest`, {
        value: seconds("last"),
        limit: 2,
        unit: "s",
      }),
    ];
  } finally {
    await processes.stop();
    await bench.close();
    await stop();
  }
}
