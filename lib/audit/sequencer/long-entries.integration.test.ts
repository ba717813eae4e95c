import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { encodeEntry } from "../entry/entry";
import { integrateBatch, prepareLog } from "./sequencer";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

const AT = "2026-11-24T14:45:00.000000Z";

/** Writes one entry of nearly the largest size, as the portal's database login can. Returns its number of bytes. */
async function writeLong(at: number): Promise<number> {
  const { log, tenantId } = bench.place;
  const id = uuidv7(at);
  const pub = { checkpoint: "x".repeat(65_000) };
  const bytes = encodeEntry({
    v: 1,
    log,
    id,
    at: AT,
    tenant: "t_x",
    class: "log",
    outcome: "done",
    sealed: [],
    pub,
  });
  await bench.appPool.query(
    `WITH e AS (INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
         VALUES ($1, $2, $3, $4, 'log', 'done', $5)),
       q AS (INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $3, 'entry:x', 'audit.read'))
     INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
       VALUES ($1, $3, $4, 'system:x', 'audit.read', 'done')`,
    [id, log, tenantId, AT, Buffer.from(bytes)],
  );
  return bytes.length;
}

it("a batch takes only as many entries as its byte limit allows, and the next one is due at once", async () => {
  const count = 600;
  let bytes = 0;
  for (let at = 0; at < count; at += 1) bytes = await writeLong(at);
  const batches = [
    await integrateBatch(bench.sequencerPool, bench.place),
    await integrateBatch(bench.sequencerPool, bench.place),
  ];
  expect(batches.map(({ more }) => more)).toEqual([true, false]);
  expect(batches.map(({ size }) => size)).toEqual([Math.floor((32 << 20) / bytes), count]);
}, 120_000);
