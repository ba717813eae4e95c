import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  await bench.anchor();
});
afterAll(() => bench.close());

it("a bundle is made although the app's login marked an entry as a pruning", async () => {
  expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
  const { log, tenantId } = bench.place;
  const [id, at] = [uuidv7(Date.now()), "2026-11-24T14:45:00.000000Z"];
  const json = `{"at":"${at}","class":"retention","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
  const client = await bench.appPool.connect();
  await client.query("BEGIN");
  await client.query(
    "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'retention', 'done', $5)",
    [id, log, tenantId, at, Buffer.from(json)],
  );
  await client.query(
    "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'audit.read')",
    [id, tenantId, `entry:${id}`],
  );
  await client.query(
    "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', 'log.prune', 'done')",
    [id, tenantId, at],
  );
  await client.query("COMMIT");
  client.release();
  await bench.anchor();
  for (const query of [{}, { action: "audit.read" }]) {
    const seen = await bench.verdict(query).then(
      ({ verdict }) => verdict,
      (error: Error) => `${error.name}: ${error.message.slice(0, 200)}`,
    );
    expect(["verified", "wrong"]).toContain(seen);
  }
});
