import { afterAll, beforeAll, expect, it } from "vitest";
import { Policy, parseManifestText } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { openNote } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { exportLog } from "../export-log";

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
