import { afterAll, beforeAll, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import { inRawSnapshot } from "@/lib/db/transaction";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { readCheckpoints } from "../store";

/** Half a day of a busy log, which is signed twice a second. */
const SIGNED = 80_000;

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  await recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
  await bench.anchor();
});
afterAll(() => bench.close());

const read = () => inRawSnapshot(bench.cx, (tx) => readCheckpoints(tx, bench.place.log));

it("a bundle has all checkpoints of a short log", async () => {
  const { rows, total } = await read();
  expect(rows).toHaveLength(total);
  expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
});

it("a bundle of a long log has at most as many checkpoints as a reader checks in memory, including the newest and the stamped ones", async () => {
  const { log } = bench.place;
  const before = await read();
  const newest = before.rows.at(-1)?.size ?? 0;
  await pastTriggers(bench.admin, ["audit_checkpoint"], () =>
    bench.admin.query(
      `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, time_stamp, time_stamped_at)
       SELECT log, size + n, tenant_id, root, note, CASE WHEN n % 7 = 3 THEN '\\x30'::bytea END,
         CASE WHEN n % 7 = 3 THEN now() END
       FROM audit_checkpoint, generate_series(1, ${SIGNED}) AS n WHERE log = $1 AND size = $2`,
      [log, newest],
    ),
  );
  const { rows, total } = await read();
  expect(total).toBe(before.rows.length + SIGNED);
  expect(rows.length).toBeLessThanOrEqual(11_000);
  expect(rows.length).toBeGreaterThan(8_000);
  expect(rows.at(-1)?.size).toBe(newest + SIGNED);
  const sizes = rows.map(({ size }) => size);
  expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
  const stamped = rows.filter(({ time_stamp }) => time_stamp !== null).map(({ size }) => size);
  expect(stamped.length).toBeLessThanOrEqual(1_000);
  const { rows: last } = await bench.admin.query(
    "SELECT max(size)::int AS size FROM audit_checkpoint WHERE time_stamp IS NOT NULL",
  );
  expect(stamped.at(-1)).toBe(last[0].size);
}, 60_000);
