import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forgeEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { checkNextIndex } from "./check-index";
import { runVerification, scheduleVerification } from "./run-verifications";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
  await bench.anchor();
});
afterAll(() => bench.close());

it("a compartment of an unknown kind does not stop a verification, and its part is named", async () => {
  const { log, tenantId } = bench.place;
  const compartmentId = randomUUID();
  await bench.admin.query(
    "ALTER TABLE audit_compartment DROP CONSTRAINT IF EXISTS audit_compartment_kind_known",
  );
  await bench.admin.query(
    "INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key) VALUES ($1, $2, 'x', 'x', '\\x00')",
    [compartmentId, tenantId],
  );
  const part = { c: "AAAAAAAAAAA", stored: Buffer.of(7), compartmentId };
  const id = await forgeEntry(bench.appPool, { log, tenantId }, { parts: [part] });
  await bench.anchor();
  const cx = {
    ...bench.cx,
    logger: bench.auditor.logger,
    writer: bench.sequencerPool,
    logVkey: bench.policy.log[0] ?? "",
    certificates: [],
    askSigner: async () => ({ is: "absent" as const }),
    everyMs: 1,
  };
  await scheduleVerification(cx);
  expect(await runVerification(cx, new AbortController().signal)).toBeDefined();
  expect(await checkNextIndex(bench.auditor)).toBe(true);
  const { rows } = await bench.admin.query(
    `SELECT v.index_report -> 'findings' AS findings, l.seq::int FROM audit_verification v, audit_leaf l WHERE l.entry_id = $1`,
    [id],
  );
  expect(rows).toHaveLength(1);
  const detail = `part AAAAAAAAAAA of entry ${rows[0].seq} is under a compartment of an unknown kind`;
  expect(rows[0].findings).toEqual([expect.objectContaining({ class: "part", detail, seq: rows[0].seq })]);
});
