import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import type { AuditEvent } from "../entry/event";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { recordEvent } from "./record-event";

const EVENT: AuditEvent = { class: "access", outcome: "denied", action: "transaction.access", subjects: [] };
const TABLES = ["audit_entry", "audit_part", "audit_queue", "audit_index", "audit_leaf"];
const BATCHES = 10;
const BATCH = 64;
const Scans = z.array(z.object({ relname: z.string(), seq_tup_read: z.coerce.number() }));

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench({ writers: 1 });
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

async function appendAndIntegrate(): Promise<void> {
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await Promise.all(Array.from({ length: BATCH }, () => recordEvent(bench.cx, EVENT)));
    await integrateBatch(bench.sequencerPool, bench.place, BATCH);
  }
}

/** Returns how many rows of each table were read by sequential scans, as the server counts them. */
async function rowsReadThrough(): Promise<Map<string, number>> {
  for (const pool of [bench.appPool, bench.sequencerPool])
    await pool.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await bench.appPool.query(
    "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY ($1)",
    [TABLES],
  );
  return new Map(Scans.parse(rows).map(({ relname, seq_tup_read }) => [relname, seq_tup_read]));
}

it("the reads of an append and of a sequencer batch do not grow with the log, whenever their plans were made", async () => {
  await appendAndIntegrate();
  const first = await rowsReadThrough();
  await appendAndIntegrate();
  const second = await rowsReadThrough();
  const read = new Map(TABLES.map((table) => [table, (second.get(table) ?? 0) - (first.get(table) ?? 0)]));
  // A batch takes the queue, so it may scan the queue once.
  expect(read.get("audit_queue")).toBeLessThanOrEqual(BATCHES * BATCH);
  read.delete("audit_queue");
  expect([...read.values()]).toEqual([0, 0, 0, 0]);
});
