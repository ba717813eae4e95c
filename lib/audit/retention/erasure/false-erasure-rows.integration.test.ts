import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import { keyMark, keyProof } from "@/lib/crypto/log/audit-part";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawSnapshot } from "@/lib/db/transaction";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { ErasureBook } from "./erasing-entries";
import { readErasingRows } from "./erasing-store";

const FORGED = 450;

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  await bench.anchor();
});
afterAll(() => bench.close());

/** Entries of the portal's database login that their index rows call erasures, with parts that no key opens. */
async function forge(count: number, bytesOfPart: number): Promise<void> {
  const { log, tenantId } = bench.place;
  const at = "2026-11-24T14:45:00.000000Z";
  const stored = randomBytes(bytesOfPart);
  const d = createHash("sha256").update(stored).digest("base64url");
  const rows = Array.from({ length: count }, (_, n) => {
    const id = uuidv7(Date.now() + n);
    const json = `{"at":"${at}","class":"retention","id":"${id}","log":"${log}","outcome":"done","sealed":[{"c":"org","d":"${d}"}],"tenant":"t_x","v":1}`;
    return { id, bytes: Buffer.from(json).toString("base64") };
  });
  const given = JSON.stringify(rows);
  const from = "FROM json_to_recordset($1::json) AS r(id uuid, bytes text)";
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes)
       SELECT id, $2, $3, $4, 'retention', 'done', decode(bytes, 'base64') ${from}`,
      [given, log, tenantId, at],
    );
    await client.query(
      `INSERT INTO audit_part (entry_id, c, tenant_id, compartment_id, stored)
       SELECT id, 'org', $2, (SELECT k.id FROM audit_compartment k WHERE k.kind = 'org' LIMIT 1), $3 ${from}`,
      [given, tenantId, stored],
    );
    await client.query(
      `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) SELECT id, $2, 'entry:' || id, 'audit.read' ${from}`,
      [given, tenantId],
    );
    await client.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
       SELECT id, $2, $3, 'system:x', 'compartment.erase', 'done' ${from}`,
      [given, tenantId, at],
    );
    await client.query("COMMIT");
  } finally {
    client.release();
  }
  await bench.anchor();
}

it("rows that falsely claim to be erasures are read a few at a time, and do not hide a real one", async () => {
  const compartment = uuidv7(1);
  const key = new Uint8Array(32).fill(8);
  const marks = { key_mark: keyMark(key), key_proof: keyProof(key) };
  const erase = (details: string) =>
    recordEvent(bench.cx, {
      class: "retention",
      outcome: "done",
      action: "compartment.erase",
      subjects: [],
      details: { compartment, key_digest: details.repeat(43), ...marks },
    });
  await forge(FORGED, 64);
  const first = await erase("A");
  await bench.anchor();
  await erase("B");
  await bench.anchor();
  await forge(40, 600_000);
  let most = 0;
  let rows = 0;
  await inRawSnapshot(bench.cx, async (tx) => {
    for await (const batch of readErasingRows(tx)) {
      most = Math.max(
        most,
        batch.reduce((sum, { bytes, stored }) => sum + bytes.length + stored.length, 0),
      );
      rows += batch.length;
    }
  });
  expect(rows).toBe(FORGED + 2);
  expect(most).toBeLessThan(8_000_000);
  const erasing = await new ErasureBook(bench.cx).erasing([compartment]);
  expect(erasing.get(compartment)?.map(({ entry }) => entry)).toEqual([first.id]);
}, 60_000);
