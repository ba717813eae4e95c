import type { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Manifest, parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { openNote } from "@/lib/crypto/log/signed-note";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { erasureOf } from "@/lib/testing/log/erasure-of";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers, withoutEntryForm } from "@/lib/testing/log/past-triggers";

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
