import { afterAll, beforeAll, expect, it } from "vitest";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { keyMark, keyProof } from "@/lib/crypto/log/audit-part";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

it("the erasure of a person without other data does not make a case part count as erased", async () => {
  const decider = await bench.person({ role: "auditor", duties: ["approve"] });
  const caseId = uuidv7(1);
  const entries = [1, 2].map((order) => ({ ...EVENT, caseId, caseDetails: { order } }));
  const made: string[] = [];
  for (const event of entries) made.push((await recordEvent(bench.cx, event)).id);
  // The compartment of a person whose entries were pruned and whose key was erased.
  const compartment = uuidv7(2);
  const key = new Uint8Array(32).fill(8);
  const marks = { key_mark: keyMark(key), key_proof: keyProof(key) };
  await bench.admin.query(
    `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key, destroyed_at)
     VALUES ($1, $2, 'subject', 'Dana Weiss', NULL, now())`,
    [compartment, bench.place.tenantId],
  );
  await recordEvent(bench.auditor, {
    class: "retention",
    outcome: "done",
    action: "compartment.erase",
    subjects: [],
    details: { compartment, key_digest: "A".repeat(43), ...marks },
  });
  await bench.anchor();
  expect(await bench.verdict({}, decider)).toEqual({ verdict: "verified", classes: [] });
  await pastTriggers(bench.admin, ["audit_part", "audit_compartment"], async () => {
    await bench.admin.query(
      `UPDATE audit_part p SET compartment_id = $2 FROM audit_compartment k
       WHERE p.entry_id = ANY ($1::uuid[]) AND k.id = p.compartment_id AND k.kind = 'case'`,
      [made, compartment],
    );
    await bench.admin.query("UPDATE audit_compartment SET kind = 'case', subject = $2 WHERE id = $1", [
      compartment,
      caseId,
    ]);
  });
  const { verdict, findings } = await bench.reported({}, decider);
  expect([verdict, findings.map((one) => one.class)]).toEqual(["wrong", ["erased", "erased"]]);
  const csv = Buffer.from(await bench.exported({ format: "csv" }, decider)).toString();
  expect([csv.includes("[erased]"), csv.split("[key missing]").length]).toEqual([false, 3]);
});
