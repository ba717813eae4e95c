import { afterAll, beforeAll, expect, it } from "vitest";
import { Policy, parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { listEvents } from "@/lib/audit/reading/list-events";
import { recordEvent } from "@/lib/audit/record/record-event";
import { EventQuery, ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { openPool } from "@/lib/db/pool";
import { inRawTransaction } from "@/lib/db/transaction";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { withoutEntryForm } from "@/lib/testing/log/past-triggers";
import { exportLog } from "../export-log";

const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
const OLD = "2020-01-01T00:00:00.000000Z";

let bench: LogBench;
let auditor: Context;

beforeAll(async () => {
  bench = await createLogBench();
  auditor = await bench.person({ role: "auditor" });
});
afterAll(() => bench.close());

/** Writes an entry, its queue row and its index row as the app's login may. The sequencer accepts JCS bytes only. */
async function forge(spell: (json: string) => string): Promise<string> {
  const { log, tenantId } = bench.place;
  const id = uuidv7(Date.now());
  const json = `{"at":"${OLD}","class":"admin","id":"${id}","log":"${log}","outcome":"done","sealed":[],"tenant":"t_x","v":1}`;
  await inRawTransaction(bench.cx, async (tx) => {
    await tx.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'admin', 'done', $5)",
      [id, log, tenantId, OLD, Buffer.from(utf8(spell(json)))],
    );
    await tx.query(
      "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, 'participant:x', 'participant.create')",
      [id, tenantId],
    );
    await tx.query(
      `INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome)
       VALUES ($1, $2, $3, 'system:forger', 'participant.create', 'done')`,
      [id, tenantId, OLD],
    );
  });
  return id;
}

async function bundle() {
  const { response } = await exportLog(auditor, ExportQuery.parse({ format: "bundle" }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const files = readCanonicalZip(bytes).map(
    (file) => [file.name, Buffer.from(file.bytes).toString()] as const,
  );
  const manifest = parseManifestText(openNote(new Map(files).get("manifest.txt") ?? "", []).text);
  return { manifest, report: await verifyBundle(bytes, { policy: Policy.parse(bench.policy) }) };
}

async function waiting(): Promise<string[]> {
  const { items } = await listEvents(auditor, EventQuery.parse({ waiting: "true", limit: "100" }));
  return items.filter((item) => item.seq === null).map((item) => item.entry_id);
}

it("a quarantined entry causes no finding in a bundle and is not shown as waiting", async () => {
  await recordEvent(bench.cx, EVENT);
  // The portal's login cannot write another spelling; the database owner can.
  await expect(forge((json) => ` ${json}`)).rejects.toMatchObject({ name: "InvariantError" });
  const admin = openPool({ url: bench.database.adminUrl, maxConnections: 1 });
  const aside = await withoutEntryForm(admin, () => forge((json) => ` ${json}`)).finally(() => admin.end());
  expect(await waiting()).toContain(aside);
  await bench.anchor();
  const { rows } = await bench.appPool.query("SELECT reason FROM audit_quarantine WHERE entry_id = $1", [
    aside,
  ]);
  expect(rows).toEqual([{ reason: "format" }]);
  const { manifest, report } = await bundle();
  expect([report.findings, report.verdict]).toEqual([[], "verified"]);
  // Only the export's own entry.
  expect(manifest.later.count).toBe(1);
  expect(await waiting()).not.toContain(aside);
});

it("a waiting entry's age comes from the database, whatever time the entry states", async () => {
  const fresh = await forge((json) => json);
  const { manifest, report } = await bundle();
  expect([report.findings, report.verdict]).toEqual([[], "verified"]);
  expect(manifest.later.oldest_at?.slice(0, 4)).toBe(new Date().toISOString().slice(0, 4));
  expect(await waiting()).toContain(fresh);
  await bench.anchor();
  expect((await bundle()).report.verdict).toBe("verified");
});
