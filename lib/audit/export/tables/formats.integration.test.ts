import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { readSheet } from "read-excel-file/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { recordEvent } from "@/lib/audit/record/record-event";
import { ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import { leafHash } from "@/lib/crypto/log/merkle";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { exportLog } from "../export-log";
import { CELL_WORDS, COLUMN_NAMES } from "./columns";

const SECRET = "foreign-order-4711";
const CASE = uuidv7(Date.now());
const FORMATS = ["ndjson", "csv", "json", "xlsx", "ocsf", "syslog", "bundle"] as const;

let bench: LogBench;
let auditor: Context;
let decider: Context;

async function bodyOf(cx: Context, query: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const { response } = await exportLog(cx, ExportQuery.parse(query));
  return new Uint8Array(await response.arrayBuffer());
}

async function textOf(cx: Context, query: Record<string, string>): Promise<string> {
  return new TextDecoder().decode(await bodyOf(cx, query));
}

/** Returns everything that a reader can get out of a file: its bytes, and those of its packed files. */
async function insideOf(bytes: Uint8Array, isZip: boolean): Promise<string> {
  if (!isZip) return Buffer.from(bytes).toString("utf8");
  const file = path.join(bench.dataDir, `${uuidv7(Date.now())}.zip`);
  await writeFile(file, bytes);
  const { stdout } = await promisify(execFile)("unzip", ["-p", file], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

beforeAll(async () => {
  bench = await createLogBench();
  auditor = await bench.person({ role: "auditor" });
  decider = await bench.person({ role: "coordinator", duties: ["legal"] });
  const regulator = await bench.person({ role: "regulator" });
  await recordEvent(regulator, {
    class: "access",
    outcome: "done",
    action: "request.create",
    subjects: [],
    details: { note: "=1+1" },
    caseId: CASE,
    caseDetails: { order: SECRET },
  });
  await recordEvent(auditor, {
    class: "disclosure",
    outcome: "done",
    action: "disclosure.open",
    subjects: [],
    purpose: "=HYPERLINK(1)",
    details: { note: "a\u0001b _x0041_ <&> \ud83d\ude00\r\n", long: "x".repeat(40_000) },
  });
  await bench.anchor();
});
afterAll(async () => {
  await bench.close();
});

describe("log export", () => {
  it("NDJSON has each entry's own bytes, as the log stores them", async () => {
    const lines = (await textOf(auditor, { format: "ndjson" })).trimEnd().split("\n");
    const { rows } = await bench.appPool.query(
      "SELECT e.bytes FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.seq",
    );
    for (const line of lines) {
      const { seq, leaf } = JSON.parse(line);
      const entry = line.slice(line.indexOf('"entry":') + 8, line.lastIndexOf(',"leaf":'));
      expect(Buffer.from(entry)).toEqual(rows[seq].bytes);
      expect(Buffer.from(leafHash(utf8(entry))).toString("base64url")).toBe(leaf);
    }
    expect(lines.length).toBeGreaterThan(3);
  });

  it("JSON has the lines of NDJSON in one document", async () => {
    const lines = (await textOf(decider, { format: "ndjson", action: "request.create" })).trimEnd();
    const json = JSON.parse(await textOf(decider, { format: "json", action: "request.create" }));
    expect(json.entries).toEqual([JSON.parse(lines)]);
    expect(json.log).toBe(bench.place.log);
  });

  it("another program opens XLSX as a sheet of text, and formulas stay text", async () => {
    const bytes = await bodyOf(auditor, { format: "xlsx", action: "disclosure.open" });
    const file = path.join(bench.dataDir, "log.xlsx");
    await writeFile(file, bytes);
    expect((await promisify(execFile)("unzip", ["-t", file])).stdout).toContain("No errors detected");
    const rows = await readSheet(file, "Log");
    expect(rows[0]).toEqual(COLUMN_NAMES);
    const cell = (name: (typeof COLUMN_NAMES)[number]) => rows[1]?.[COLUMN_NAMES.indexOf(name)];
    expect(cell("purpose")).toBe("=HYPERLINK(1)");
    expect(cell("details")).toMatch(/^\[\d+ characters, more than a cell holds/);
    const columns = await readSheet(file, "Columns");
    expect(columns.map(([name]) => name)).toEqual(expect.arrayContaining([...COLUMN_NAMES]));
    for (const [word] of CELL_WORDS) expect(columns.map(([name]) => name)).toContain(word);
    expect(columns).toContainEqual(["Cells with a text longer than a cell holds", "1"]);
    const inside = await insideOf(bytes, true);
    expect(inside).not.toContain("<f>");
    expect(inside).not.toMatch(/<c r="[A-Z]+\d+"(?! t="inlineStr")/);
  });

  it("a bundle verifies, whole and filtered, and leaves no file in the portal's folder", async () => {
    const before = await readdir(bench.dataDir);
    for (const filter of [{}, { action: "disclosure.open" }]) {
      const report = await verifyBundle(await bodyOf(auditor, { format: "bundle", ...filter }), {
        policy: Policy.parse(bench.policy),
      });
      expect([report.findings, report.verdict]).toEqual([[], "verified"]);
    }
    expect(await readdir(bench.dataDir)).toEqual(before);
  });

  it("a bundle's page has names and words for its reader, next to the codes", async () => {
    const pageOf = async (cx: Context, more = {}) => {
      const files = readCanonicalZip(await bodyOf(cx, { format: "bundle", ...more }));
      const page = files.find(({ name }) => name === "page.html");
      return Buffer.from(page?.bytes ?? []).toString();
    };
    const page = await pageOf(auditor);
    const { name, pseudonym } = auditor.principal;
    expect(page).toContain(`<td>${name}</td>`);
    expect(page).toContain("<td>Access to sealed fields</td>");
    expect(page).toContain(`disclosure.open · disclosure · ${pseudonym}`);
    const withoutParts = await pageOf(auditor, { parts: "none" });
    expect(withoutParts).not.toContain(`<td>${name}</td>`);
    const stranger = await bench.person({ role: "coordinator" });
    expect(await pageOf(stranger)).not.toContain(`<td>${name}</td>`);
  });

  it("a bundle has the time stamps of its checkpoints, and no file for them when there are none", async () => {
    const names = (bytes: Uint8Array) => readCanonicalZip(bytes).map(({ name }) => name);
    expect(names(await bodyOf(auditor, { format: "bundle" }))).not.toContain("timestamps.json");
    await bench.sequencerPool.query("UPDATE audit_checkpoint SET time_stamp = $1", [Buffer.from([48, 0])]);
    const files = readCanonicalZip(await bodyOf(auditor, { format: "bundle" }));
    const tokens = JSON.parse(
      Buffer.from(files.find(({ name }) => name === "timestamps.json")?.bytes ?? []).toString(),
    );
    expect(tokens[0]).toEqual({ size: expect.any(Number), token: "MAA" });
  });

  it.each(FORMATS)(
    "%s has no data of another agency's case, and for its readers everything",
    async (format) => {
      const isZip = format === "xlsx" || format === "bundle";
      const asStored = async (cx: Context) => insideOf(await bodyOf(cx, { format }), isZip);
      const { rows } = await bench.appPool.query(
        `SELECT encode(p.stored, 'base64') AS stored FROM audit_part p JOIN audit_index i ON i.entry_id = p.entry_id
         JOIN audit_compartment k ON k.id = p.compartment_id
       WHERE i.case_id = $1 ORDER BY k.kind`,
        [CASE],
      );
      const sealed = rows.map(({ stored }) => Buffer.from(stored, "base64").toString("base64url"));
      expect(sealed.length).toBeGreaterThan(1);
      const foreign = await asStored(auditor);
      expect(foreign.includes(SECRET)).toBe(false);
      expect(sealed.filter((text) => foreign.includes(text))).toEqual([]);
      const own = await asStored(decider);
      if (format === "bundle") expect(own.includes(sealed[0] ?? "?")).toBe(true);
      // Syslog has no sealed part at all.
      else expect(own.includes(SECRET)).toBe(format !== "syslog");
    },
  );

  it.each(FORMATS)("%s without parts opens none, and the log records it", async (format) => {
    const isZip = format === "xlsx" || format === "bundle";
    const inside = await insideOf(await bodyOf(decider, { format, parts: "none" }), isZip);
    expect(inside.includes(SECRET)).toBe(false);
    expect(inside.includes('"key":')).toBe(false);
    expect(inside.includes("user_agent")).toBe(false);
    const { rows } = await bench.appPool.query("SELECT entry_id FROM audit_export ORDER BY id DESC LIMIT 1");
    await bench.anchor();
    const lines = (await textOf(auditor, { format: "ndjson", action: "audit.export" })).trimEnd().split("\n");
    const own = lines.map((line) => JSON.parse(line)).find(({ entry }) => entry.id === rows[0].entry_id);
    const org = own.parts.find(({ kind }: { kind: string }) => kind === "org");
    expect(org.plaintext.details).toEqual({ format, filter: [], parts: "none" });
  });

  it("an export whose reader leaves frees its connection and is broken off in the history", async () => {
    const { response } = await exportLog(auditor, ExportQuery.parse({ format: "ndjson" }));
    await response.body?.cancel();
    await expect
      .poll(async () => {
        const { rows } = await bench.appPool.query(
          "SELECT state, sha256 FROM audit_export ORDER BY id DESC LIMIT 1",
        );
        return rows[0];
      })
      .toEqual({ state: "broken_off", sha256: null });
    expect((await textOf(auditor, { format: "csv" })).startsWith("seq,at")).toBe(true);
  });

  it("an export with an impossible filter is refused before anything is recorded", async () => {
    const entries = () => bench.appPool.query("SELECT count(*) FROM audit_entry").then(({ rows }) => rows[0]);
    const before = await entries();
    await expect(bodyOf(auditor, { format: "csv", subject: "case:1" })).rejects.toMatchObject({
      code: "request.invalid",
    });
    expect(await entries()).toEqual(before);
  });

  it("an export uses a filter's value as a value, whatever its text", async () => {
    for (const actor of ["' OR true --", "$1", "current_setting('sealport.tenant_id')", "\\"])
      expect((await textOf(auditor, { format: "csv", actor })).split("\r\n")).toHaveLength(2);
  });
});

it("a sealed part that was changed in storage is exported as such, with the rest of the log", async () => {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await pastTriggers(admin, ["audit_part"], () =>
    admin.query(`UPDATE audit_part SET stored = set_byte(stored, 0, get_byte(stored, 0) # 1)
      WHERE c = 'org' AND entry_id IN (SELECT entry_id FROM audit_index WHERE action = 'disclosure.open')`),
  );
  await admin.end();
  const filter = { action: "disclosure.open" };
  expect(await textOf(auditor, { format: "csv", ...filter })).toContain("[does not open]");
  const { parts } = JSON.parse(await textOf(auditor, { format: "ndjson", ...filter }));
  expect(
    parts.map(({ kind, plaintext }: Record<string, unknown>) => [kind, typeof plaintext]).sort(),
  ).toEqual([
    ["org", "undefined"],
    ["subject", "object"],
  ]);
  const report = await verifyBundle(await bodyOf(auditor, { format: "bundle" }));
  expect(report.findings.map((finding) => finding.class)).toEqual(["part"]);
});
