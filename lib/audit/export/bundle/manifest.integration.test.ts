import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Policy, parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { exportLog } from "@/lib/audit/export/export-log";
import { readCheckpoints } from "@/lib/audit/export/store";
import { listEvents } from "@/lib/audit/reading/list-events";
import { recordEvent } from "@/lib/audit/record/record-event";
import { EventQuery, ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { openPool } from "@/lib/db/pool";
import { inRawSnapshot, inRawTransaction } from "@/lib/db/transaction";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers, withoutEntryForm } from "@/lib/testing/log/past-triggers";

describe("many checkpoints", () => {
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
  });
});

describe("withheld numbers", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.read", subjects: [] };
  const CASE = uuidv7(1);

  let bench: LogBench;
  let auditor: Context;

  beforeAll(async () => {
    bench = await createLogBench();
    auditor = await bench.person({ role: "auditor" });
  });
  afterAll(() => bench.close());

  /** Entries of a case: the auditor may see every second one only. */
  async function grow(hidden: number): Promise<void> {
    for (let at = 0; at < hidden; at += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          recordEvent(bench.cx, n % 2 === 0 ? EVENT : { ...EVENT, caseId: CASE, caseDetails: {} }),
        ),
      );
    await bench.anchor();
  }

  async function bundle() {
    const { response } = await exportLog(auditor, ExportQuery.parse({ format: "bundle" }));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const files = new Map(
      readCanonicalZip(bytes).map((file) => [file.name, Buffer.from(file.bytes).toString()]),
    );
    const manifest = parseManifestText(openNote(files.get("manifest.txt") ?? "", []).text);
    return { manifest, files, report: await verifyBundle(bytes, { policy: Policy.parse(bench.policy) }) };
  }

  it("a bundle lists few withheld numbers in its manifest, and many in a file of ranges, and verifies both ways", async () => {
    await grow(100);
    const few = await bundle();
    expect(few.manifest).toMatchObject({ v: 1, withheld: { length: 50 } });
    expect(few.files.has("withheld.txt")).toBe(false);
    await grow(2_000);
    const many = await bundle();
    const { rows } = await bench.appPool.query(
      "SELECT count(*)::int AS n FROM audit_index i JOIN audit_leaf l USING (entry_id) WHERE i.case_id = $1",
      [CASE],
    );
    expect(many.manifest).toMatchObject({ v: 1, withheld: [], withheld_file: { count: rows[0].n } });
    expect(many.files.get("withheld.txt")?.split("\n")).toHaveLength(
      (many.manifest.withheld_file?.ranges ?? 0) + 1,
    );
    for (const { report } of [few, many]) expect([report.findings, report.verdict]).toEqual([[], "verified"]);
  });
});

describe("quarantined entries", () => {
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

  async function bundle(over: Partial<typeof auditor> = {}) {
    const { response } = await exportLog({ ...auditor, ...over }, ExportQuery.parse({ format: "bundle" }));
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
    // A portal whose clock was ahead keeps its own time until the right time has come up to it.
    const ahead = { ...bench.cx.clock, nowMicros: () => bench.cx.clock.nowMicros() + 120_000_000n };
    expect((await bundle({ clock: ahead })).report.findings).toEqual([]);
    await bench.anchor();
    expect((await bundle()).report.verdict).toBe("verified");
  });
});
