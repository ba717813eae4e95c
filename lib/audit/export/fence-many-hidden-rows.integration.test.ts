import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  await bench.anchor();
});
afterAll(() => bench.close());

const AT = "2026-11-24T14:45:00.000000Z";

/** Writes this many entries with the portal's database login, hidden by their index rows or not. */
async function write(count: number, isHidden: boolean): Promise<void> {
  const { log, tenantId } = bench.place;
  const rows = Array.from({ length: count }, (_, n) => {
    const id = uuidv7(Date.now() + n);
    const json = `{"at":"${AT}","class":"log","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
    return { id, bytes: Buffer.from(json).toString("base64") };
  });
  const given = JSON.stringify(rows);
  const from = "FROM json_to_recordset($1::json) AS r(id uuid, bytes text)";
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       SELECT id, $2, $3, $4, 'log', 'done', decode(bytes, 'base64') ${from}`,
      [given, log, tenantId, AT],
    );
    await client.query(
      `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT id, $2, 'entry:' || id, 'audit.read' ${from}`,
      [given, tenantId],
    );
    await client.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome, is_suspicion)
       SELECT id, $2, $3, 'system:x', 'audit.read', 'done', $4 ${from}`,
      [given, tenantId, AT, isHidden],
    );
    await client.query("COMMIT");
  } finally {
    client.release();
  }
  await bench.anchor();
}

const COUNT = 8_000;

it("a whole export includes thousands of entries that their index rows hide", async () => {
  await write(COUNT, false);
  await write(COUNT, true);
  const lines = Buffer.from(await bench.exported({ format: "csv" }))
    .toString()
    .split("\r\n");
  expect(lines.length).toBeGreaterThan(2 * COUNT);
}, 100_000);
