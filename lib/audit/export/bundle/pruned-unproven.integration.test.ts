import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
const TABLES = ["audit_entry", "audit_index", "audit_part"];

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

it("a pruning whose bytes give another leaf cannot remove entries from a whole export", async () => {
  const { admin, place } = bench;
  const { id } = await recordEvent(bench.cx, EVENT);
  await bench.anchor();
  const { rows } = await admin.query(
    `SELECT size::int, root, (SELECT seq::int FROM audit_leaf WHERE entry_id = $2) AS seq
     FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1`,
    [place.log, id],
  );
  const [{ size, root, seq }] = rows;
  const forged = await recordEvent(bench.cx, EVENT);
  await bench.anchor();
  const head = { v: 1, log: place.log, id: forged.id, at: "2026-11-24T14:45:00.000000Z", tenant: "t_x" };
  const prune = { minimum: seq + 1, checkpoint: { size, root: root.toString("base64url") } };
  const bytes = canonicalJson({ ...head, class: "retention", outcome: "done", sealed: [], pub: { prune } });
  await pastTriggers(admin, TABLES, async () => {
    await admin.query("UPDATE audit_entry SET bytes = $2 WHERE id = $1", [forged.id, Buffer.from(bytes)]);
    await admin.query("UPDATE audit_index SET action = 'log.prune' WHERE entry_id = $1", [forged.id]);
    for (const gone of ["audit_part WHERE entry_id", "audit_index WHERE entry_id", "audit_entry WHERE id"])
      await admin.query(`DELETE FROM ${gone} = $1`, [id]);
  });
  const { verdict, findings } = await bench.reported();
  expect(verdict).toBe("wrong");
  expect(findings.map((one) => `${one.class} ${one.seq}`)).toContain(`missing leaf ${seq}`);
});
