import { afterAll, beforeAll, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createRecoveryBench, type RecoveryBench } from "@/lib/testing/benches/recovery-bench";
import { planRecovery } from "./recover-log";
import { openDoor } from "./store";

let bench: RecoveryBench;
beforeAll(async () => {
  bench = await createRecoveryBench();
});
afterAll(() => bench?.close());

const DIGEST = "A".repeat(43);

/** Returns an entry's canonical text, with the given tenant and public part. */
function spelled(id: string, at: string, { tenant = "t_x", pub = "" }): string {
  const { log } = bench.place;
  return `{"at":"${at}","class":"log","id":"${id}","log":"${log}","outcome":"done",${pub}"sealed":[],"tenant":"${tenant}","v":1}`;
}

const AT = "2026-11-24T14:45:00.000000Z";

/** Writes an entry without the table's rules, as they were earlier or as a restore has them. */
async function write(id: string, text: string): Promise<void> {
  const { log, tenantId } = bench.place;
  await bench.asSuperuser([
    `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
     VALUES ('${id}', '${log}', '${tenantId}', '${AT}', 'log', 'done', convert_to('${text}', 'UTF8'))`,
    `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ('${id}', '${tenantId}', 'entry:${id}', 'audit.read')`,
    `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
     VALUES ('${id}', '${tenantId}', '${AT}', 'system:x', 'audit.read', 'done')`,
  ]);
}

const envelope = (grp: string) =>
  `"pub":{"envelopes":[{"bd":"${DIGEST}","gen":0,"grp":"${grp}","rl":"${DIGEST}"}]},`;

it("a recovery restores an entry that the sequencer took and the signer signed, whatever its form", async () => {
  await bench.grow(3);
  await bench.sign();
  await bench.backUp();
  const forms = [
    { tenant: "€".repeat(32) },
    { tenant: "😀".repeat(32) },
    { pub: envelope("beträge") },
    { pub: '"pub":{"checkpoint":{"größe":1}},' },
    { pub: `"pub":{"checkpoint":${"[".repeat(20)}${"]".repeat(20)}},` },
    { pub: '"pub":{"checkpoint":"\\u0000"},' },
  ];
  const ids: string[] = [];
  for (const form of forms) {
    const id = uuidv7(Date.now());
    ids.push(id);
    await write(id, spelled(id, AT, form));
  }
  await bench.grow(3);
  const last = await bench.sign();
  const placed = await bench.appPool.query("SELECT entry_id FROM audit_leaf WHERE entry_id = ANY ($1)", [
    ids,
  ]);
  expect(placed.rows).toHaveLength(forms.length);
  await bench.restore();
  const plan = await planRecovery(bench.owner, bench.place, await bench.copy());
  await bench.recover(plan.from, plan.to);
  await bench.expectWhole(last.size);
});

it("a recovery restores only the bytes that match the leaf, and queues no entry of another form", async () => {
  const id = uuidv7(Date.now());
  const { log, tenantId } = bench.place;
  const values = [id, log, tenantId, AT, Buffer.from(spelled(id, AT, { pub: envelope("beträge") }))];
  const insert = `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)`;
  const leaf = `INSERT INTO audit_leaf (log, tenant_id, seq, entry_id, leaf_hash, chain)
    SELECT log, tenant_id, seq + 1, $1, leaf_hash, chain FROM audit_leaf ORDER BY seq DESC LIMIT 1`;
  const queue = `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, '${tenantId}', 'entry:${id}', 'audit.read')`;
  for (const then of [leaf, queue]) {
    const client = await bench.owner.connect();
    try {
      await client.query("BEGIN");
      await openDoor(client, "recovery");
      await client.query("SET CONSTRAINTS ALL DEFERRED");
      await client.query(insert, values);
      await client.query(then, [id]);
      await expect(client.query("COMMIT")).rejects.toMatchObject({ code: "SP001" });
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }
});
