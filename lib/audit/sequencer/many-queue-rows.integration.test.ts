import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { forgeEntry } from "@/lib/testing/log/forge-entry";
import { recordEvent } from "../record/record-event";
import { integrateBatch, prepareLog } from "./sequencer";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

const ENTRIES = 6;
const LIMIT = 50;

it("entries with more queue rows than a batch checks delay later ones by one batch each at most", async () => {
  const subjects = Array.from({ length: 4 * LIMIT + 1 }, (_, n) => `s:${n}`);
  for (let n = 0; n < ENTRIES; n += 1) await forgeEntry(bench.appPool, bench.place, { subjects });
  const { id } = await recordEvent(bench.cx, {
    class: "log",
    outcome: "done",
    action: "audit.keys",
    subjects: [],
  });
  const batches: boolean[] = [];
  for (;;) {
    batches.push((await integrateBatch(bench.sequencerPool, bench.place, LIMIT)).more);
    const { rows } = await bench.appPool.query("SELECT 1 FROM audit_leaf WHERE entry_id = $1", [id]);
    if (rows.length > 0 || batches.length > 2 * ENTRIES) break;
  }
  // If rows are left over, the next batch is due at once and not one period later.
  expect(batches).toEqual([...Array.from({ length: ENTRIES }, () => true), false]);
});
