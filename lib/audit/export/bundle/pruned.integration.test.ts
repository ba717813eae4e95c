import { createHash } from "node:crypto";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Manifest, parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { NO_CASE } from "@/lib/audit/recovery/store";
import type { Context } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { DomainError } from "@/lib/errors";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers, withoutEntryForm } from "@/lib/testing/log/past-triggers";

describe("pruned and erased entries", () => {
  let bench: OwnedLog;
  let auditor: Context;
  let admin: Client;

  async function bundleOf(): Promise<{
    manifest: Manifest;
    lines: { seq: number; parts: { kind: string }[] }[];
  }> {
    const files = new Map(
      readCanonicalZip(await bench.exported({ format: "bundle" })).map((one) => [one.name, one.bytes]),
    );
    const text = (name: string) => Buffer.from(files.get(name) ?? []).toString("utf8");
    const manifest = parseManifestText(openNote(text("manifest.txt"), []).text);
    const lines = text("entries.ndjson").trimEnd().split("\n");
    return { manifest, lines: lines.map((line) => JSON.parse(line)) };
  }

  beforeAll(async () => {
    bench = await createOwnedLog({ floorDays: 0 });
    ({ auditor, admin } = bench);
    const erased = await bench.person({ role: "client" });
    for (let n = 0; n < 2; n += 1)
      await recordEvent(erased, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });
    await bench.anchor();
  });
  afterAll(() => bench.close());

  it("the manifest of a complete log has neither member", async () => {
    const { manifest } = await bundleOf();
    expect("erased" in manifest || "pruned" in manifest).toBe(false);
  });

  it("parts of an erased person have no key, and the manifest names the erasing entry once it is in the tree", async () => {
    const { rows } = await admin.query(
      `SELECT DISTINCT p.compartment_id AS id FROM audit_part p JOIN audit_index i USING (entry_id)
       JOIN audit_compartment k ON k.id = p.compartment_id WHERE i.action = 'audit.keys' AND k.kind = 'subject'`,
    );
    expect(rows).toHaveLength(1);
    const erasure = await erasureOf(bench.cx, rows[0].id);
    await pastTriggers(admin, ["audit_compartment"], () =>
      admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
        rows[0].id,
      ]),
    );
    const { id } = await recordEvent(auditor, erasure);
    await expect(bundleOf()).rejects.toMatchObject({ code: "export.erasure" });
    await bench.anchor();
    const { manifest, lines } = await bundleOf();
    const seqs = lines
      .filter(({ parts }) => parts.every(({ kind }) => kind !== "subject"))
      .map(({ seq }) => seq);
    const named = manifest.erased ?? [];
    expect(new Set(named.map(({ entry }) => entry))).toEqual(new Set([id]));
    expect(named.length).toBeGreaterThan(1);
    for (const { seq } of named) expect(seqs).toContain(seq);
    // The bundle includes the erasure only if the filter leaves it out.
    const { verdict, findings, entries } = await bench.reported({ action: "audit.keys" });
    expect([findings, verdict, entries]).toEqual([[], "verified", 3]);
    expect((await bench.reported({ action: "compartment.erase" })).entries).toBe(1);
    const csv = new TextDecoder().decode(await bench.exported({ format: "csv", action: "audit.keys" }));
    expect(csv.match(/\[erased\]/g)).toHaveLength(2);
  });

  it("erased parts beyond the manifest's limit are listed in a separate file, and the bundle verifies", async () => {
    const person = await bench.person({ role: "client" });
    for (let at = 0; at < 1_050; at += 50)
      await Promise.all(
        Array.from({ length: 50 }, () =>
          recordEvent(person, { class: "log", outcome: "done", action: "audit.keys", subjects: [] }),
        ),
      );
    const { rows } = await admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [person.principal.pseudonym],
    );
    const erasure = await erasureOf(bench.cx, rows[0].id);
    await pastTriggers(admin, ["audit_compartment"], () =>
      admin.query("UPDATE audit_compartment SET sealed_key = NULL, destroyed_at = now() WHERE id = $1", [
        rows[0].id,
      ]),
    );
    await recordEvent(auditor, erasure);
    await bench.anchor();
    const { manifest } = await bundleOf();
    expect(manifest).toMatchObject({ v: 1, erased_file: { count: expect.any(Number) } });
    expect(manifest.erased).toBeUndefined();
    expect(manifest.erased_file?.count).toBeGreaterThan(1_050);
    const report = await bench.reported();
    expect([report.findings, report.verdict]).toEqual([[], "verified"]);
    expect(report.notes.find((note) => note.class === "erased")?.count).toBeGreaterThan(1_050);
  });

  it("pruned entries are named by the minimum and its entry and are not called withheld; entries under hold are still present", async () => {
    await bench.anchor();
    const { rows } = await admin.query(
      "SELECT size::int, translate(rtrim(encode(root, 'base64'), '='), '+/', '-_') AS root FROM audit_checkpoint ORDER BY size DESC LIMIT 1",
    );
    const prune = { minimum: 4, checkpoint: rows[0] };
    const { id } = await withoutEntryForm(admin, () =>
      recordEvent(auditor, {
        class: "retention",
        outcome: "done",
        action: "log.prune",
        subjects: [],
        pub: { prune },
      }),
    );
    await admin.query(
      "INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept) VALUES ($1, $2, $3, 4, $4, 3, 1)",
      [id, bench.place.tenantId, bench.place.log, rows[0].size],
    );
    await bench.anchor();
    const gone = "IN (SELECT entry_id FROM audit_leaf WHERE seq IN (0, 1, 3))";
    await pastTriggers(admin, ["audit_entry", "audit_part", "audit_index"], async () => {
      for (const table of ["audit_part", "audit_index"])
        await admin.query(`DELETE FROM ${table} WHERE entry_id ${gone}`);
      await admin.query(`DELETE FROM audit_entry WHERE id ${gone}`);
    });
    const { manifest, lines } = await bundleOf();
    expect(manifest.pruned).toEqual({ minimum: 4, entry: id });
    expect(manifest.withheld).toEqual([]);
    expect(lines.slice(0, 2).map(({ seq }) => seq)).toEqual([2, 4]);
    expect(manifest.count).toBe(manifest.size - 3);
    expect(await bench.verdict()).toEqual({ verdict: "verified", classes: [] });
    expect(await bench.verdict({ action: "audit.export" })).toEqual({ verdict: "verified", classes: [] });
    // The newer entry names another tree, so the signer does not sign it.
    const other = { minimum: 5, checkpoint: { ...rows[0], root: "A".repeat(43) } };
    const forged = await withoutEntryForm(admin, () =>
      recordEvent(auditor, {
        class: "retention",
        outcome: "done",
        action: "log.prune",
        subjects: [],
        pub: { prune: other },
      }),
    );
    await admin.query(
      "INSERT INTO audit_prune (entry_id, tenant_id, log, minimum, size, removed, kept) VALUES ($1, $2, $3, 5, $4, 0, 1)",
      [forged.id, bench.place.tenantId, bench.place.log, rows[0].size],
    );
    await expect(bench.anchor()).rejects.toThrow("the checkpoint signer refuses: prune");
    // Until a checkpoint covers it, a whole export waits for a recent pruning.
    await expect(bundleOf()).rejects.toMatchObject({ code: "export.erasure" });
    // In a signed tree it would explain missing entries below its number with a false root. So no export is made then.
    const { rows: heads } = await admin.query("SELECT max(seq)::int + 1 AS size FROM audit_leaf");
    await admin.query(
      `INSERT INTO audit_checkpoint (log, size, tenant_id, root, note, witnesses)
     SELECT log, $1, tenant_id, root, note, witnesses FROM audit_checkpoint ORDER BY size DESC LIMIT 1`,
      [heads[0].size],
    );
    await expect(bundleOf()).rejects.toMatchObject({ code: "export.index" });
  });
});

describe("a forged row of a pruning", () => {
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
});

describe("an unproven pruning", () => {
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
});

describe("a pruning beyond the tree", () => {
  const EVENT: AuditEvent = { class: "log", outcome: "done", action: "audit.keys", subjects: [] };
  const AT = "2026-11-24T14:45:00.000000Z";
  /** A number that no tree of this log will reach for years. */
  const BEYOND = 1_000_000_000;
  const TABLES = ["audit_entry", "audit_leaf", "audit_queue", "audit_index", "audit_part", "audit_recovery"];

  let bench: OwnedLog;
  let admin: Client;
  let beyond = BEYOND;
  beforeAll(async () => {
    bench = await createOwnedLog();
    ({ admin } = bench);
  });
  afterAll(() => bench.close());

  async function victim(): Promise<{ id: string; seq: number }> {
    const { id } = await recordEvent(bench.cx, EVENT);
    await recordEvent(bench.cx, EVENT);
    await bench.anchor();
    const { rows } = await admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [id]);
    return { id, seq: rows[0].seq };
  }

  /** An entry with a leaf row beyond every tree, so no signer ever sees it. */
  async function beyondTree(of: string, action: string, pub: object): Promise<string> {
    const { log, tenantId } = bench.place;
    const id = uuidv7(Date.now());
    const bytes = Buffer.from(
      canonicalJson({ v: 1, log, id, at: AT, tenant: "t_x", class: of, outcome: "done", sealed: [], pub }),
    );
    const leaf = createHash("sha256").update(Buffer.of(0)).update(bytes).digest();
    beyond += 1;
    await pastTriggers(admin, TABLES, async () => {
      await admin.query(
        "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, $5, 'done', $6)",
        [id, log, tenantId, AT, of, bytes],
      );
      await admin.query(
        "INSERT INTO audit_leaf (log, seq, entry_id, tenant_id, leaf_hash, chain) VALUES ($1, $2, $3, $4, $5, $5)",
        [log, beyond, id, tenantId, leaf],
      );
      await admin.query(
        "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:database', $4, 'done')",
        [id, tenantId, AT, action],
      );
      if (action === "log.recovery")
        await admin.query(
          `INSERT INTO audit_recovery (entry_id, tenant_id, log, from_seq, to_seq, assurance, statements)
         VALUES ($1, $2, $3, 0, 0, 'evaluation', '[]')`,
          [id, tenantId, log],
        );
    });
    return id;
  }

  /** Returns the verdict on a whole bundle and its findings, or the error code of the export. */
  async function seen(cx = bench.auditor): Promise<string> {
    try {
      const { verdict, findings } = await bench.reported({}, cx);
      return [verdict, ...findings.map((one) => one.class)].join(" ");
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  }

  it("a recovery outside every signed tree cannot remove an entry from a whole bundle", async () => {
    const { id, seq } = await victim();
    expect(await seen()).toBe("verified");
    await beyondTree("log", "log.recovery", { recovery: { from: seq, to: seq + 1, lost: [`entry:${id}`] } });
    await pastTriggers(admin, TABLES, async () => {
      await admin.query("DELETE FROM audit_part WHERE entry_id = $1", [id]);
      await admin.query(
        `UPDATE audit_index SET action = 'log.recovered', actor = NULL, participant_id = NULL, transaction_id = NULL, request_id = NULL,
         grant_id = NULL, purpose = NULL, case_id = $2 WHERE entry_id = $1`,
        [id, NO_CASE],
      );
    });
    const ndjson = Buffer.from(await bench.exported({ format: "ndjson" })).toString();
    expect([await seen(), ndjson.includes(id)]).toEqual(["wrong part", true]);
  });

  /**
   * Returns the content of an entry that records a pruning of everything up to this number, with the newest signed
   * tree.
   */
  async function pruneTo(seq: number): Promise<object> {
    const { rows } = await admin.query(
      "SELECT size::int, root FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
      [bench.place.log],
    );
    const [{ size, root }] = rows;
    return { prune: { minimum: seq + 1, checkpoint: { size, root: root.toString("base64url") } } };
  }

  /** Deletes an entry's bytes as a pruning does; its leaf stays. */
  async function drop(id: string): Promise<void> {
    await pastTriggers(admin, TABLES, async () => {
      for (const [table, column] of [
        ["audit_part", "entry_id"],
        ["audit_index", "entry_id"],
        ["audit_entry", "id"],
      ])
        await admin.query(`DELETE FROM ${table} WHERE ${column} = $1`, [id]);
    });
  }

  it("a pruning outside every signed tree cannot remove entries from a whole bundle", async () => {
    const { id, seq } = await victim();
    await beyondTree("retention", "log.prune", await pruneTo(seq));
    await drop(id);
    const decider = await bench.person({ role: "coordinator", duties: ["approve", "compliance"] });
    for (const cx of [bench.auditor, decider]) expect(await seen(cx)).toBe("wrong missing leaf part");
  });
});
