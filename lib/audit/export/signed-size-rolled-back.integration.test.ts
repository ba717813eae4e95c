import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { recordEvent } from "../record/record-event";

const TABLES = [
  "audit_checkpoint",
  "audit_leaf",
  "audit_queue",
  "audit_part",
  "audit_index",
  "audit_entry",
  "audit_head",
  "audit_tile",
];

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  Object.assign(bench.cx.instance, { signerUrl: `unix:${path.join(bench.dataDir, "s.sock")}` });
});
afterAll(() => bench.close());

const record = () =>
  recordEvent(bench.auditor, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });

/** Returns the verdict on a whole bundle, or the error code. */
async function bundle(): Promise<string> {
  try {
    return (await bench.reported()).verdict;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

it("no whole bundle is made of a log whose owner keeps the newest checkpoints out of the database", async () => {
  const { log } = bench.place;
  await record();
  await bench.anchor();
  await record();
  await bench.anchor();
  expect(await bundle()).toBe("verified");
  await bench.anchor();
  await pastTriggers(bench.admin, TABLES, async () => {
    await bench.admin.query(
      "DELETE FROM audit_checkpoint WHERE log = $1 AND size > (SELECT min(size) FROM audit_checkpoint)",
      [log],
    );
    await bench.admin.query("UPDATE audit_leaf SET integrated_at = now() WHERE log = $1", [log]);
  });
  expect(await bundle()).toBe("export.index");
  await bench.anchor();
  expect(await bundle()).toBe("verified");
  await bench.anchor();
}, 60_000);

it("no whole bundle is made of a log whose owner removed the newest entries with their checkpoint", async () => {
  const { log } = bench.place;
  await record();
  await bench.anchor();
  const head = await bench.admin.query("SELECT size, root, chain, frontier FROM audit_head WHERE log = $1", [
    log,
  ]);
  const tiles = await bench.admin.query("SELECT * FROM audit_tile WHERE log = $1", [log]);
  const [{ size, root, chain, frontier }] = head.rows;
  const { id } = await record();
  await bench.anchor();
  expect(await bundle()).toBe("verified");
  await bench.anchor();
  await pastTriggers(bench.admin, TABLES, async () => {
    const beyond = "(SELECT entry_id FROM audit_leaf WHERE log = $1 AND seq >= $2)";
    for (const table of ["audit_part", "audit_index", "audit_queue"])
      await bench.admin.query(`DELETE FROM ${table} WHERE entry_id IN ${beyond}`, [log, size]);
    await bench.admin.query(`DELETE FROM audit_entry WHERE id IN ${beyond}`, [log, size]);
    await bench.admin.query("DELETE FROM audit_leaf WHERE log = $1 AND seq >= $2", [log, size]);
    await bench.admin.query("DELETE FROM audit_checkpoint WHERE log = $1 AND size > $2", [log, size]);
    await bench.admin.query("DELETE FROM audit_tile WHERE log = $1", [log]);
    for (const { level, index, width, hashes, tenant_id } of tiles.rows)
      await bench.admin.query(
        "INSERT INTO audit_tile (log, level, index, width, hashes, tenant_id) VALUES ($1, $2, $3, $4, $5, $6)",
        [log, level, index, width, hashes, tenant_id],
      );
    await bench.admin.query(
      "UPDATE audit_head SET size = $2, root = $3, chain = $4, frontier = $5 WHERE log = $1",
      [log, size, root, chain, frontier],
    );
  });
  const gone = await bench.admin.query("SELECT 1 FROM audit_entry WHERE id = $1", [id]);
  expect(gone.rows).toEqual([]);
  expect(await bundle()).toBe("export.index");
}, 60_000);
