import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { isDeep } from "@/lib/testing/scale";
import { people } from "../support/api";
import { baseUrl, demo } from "../support/instance";
import { accountOf } from "../support/sign-in";

// Imports records of the system that Sealport replaces, by the command.

const run = promisify(execFile);
const Known = z.object({
  keys: z.record(z.string(), z.string()),
  records: z.array(z.record(z.string(), z.unknown())),
  opened: z.array(z.record(z.string(), z.unknown())),
});
const KNOWN = Known.parse(JSON.parse(readFileSync("lib/import/testdata/aitbc.json", "utf8")));
const Line = z.object({
  source: z.string(),
  outcome: z.string(),
  transaction_id: z.string().optional(),
  reason: z.string().optional(),
});

interface Ran {
  readonly code: number;
  readonly said: string;
  readonly lines: z.infer<typeof Line>[];
}

/** Makes a folder with records under their own ids, and the private key of one holder. */
function prepare(holder = "client-456", records: readonly unknown[] = KNOWN.records) {
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-e2e-import-"));
  const mark = randomBytes(4).toString("hex");
  const file = path.join(folder, "records.json");
  const named = records.map((record) =>
    typeof record === "object" && record !== null && "transaction_id" in record
      ? { ...record, transaction_id: `${String(record.transaction_id)}-${mark}` }
      : record,
  );
  writeFileSync(file, JSON.stringify(named));
  writeFileSync(path.join(folder, "key"), `${KNOWN.keys[holder] ?? ""}\n`);
  return { folder, file, holder };
}

async function importFile(
  { folder, file, holder }: ReturnType<typeof prepare>,
  { submitter = "client-456", apiKey = accountOf("client-456").api_key, url = baseUrl() } = {},
): Promise<Ran> {
  const args = ["run", "--silent", "import", "--", "--format", "aitbc", file, "--url", url];
  const more = ["--key", path.join(folder, "key"), "--holder", holder, "--submitter", submitter];
  const { PATH = "", HOME = "" } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, SEALPORT_API_KEY: apiKey };
  let code = 0;
  const { stdout, stderr } = await run("npm", [...args, ...more], { env }).catch(
    (failed: { code: number; stdout: string; stderr: string }) => {
      code = failed.code;
      return failed;
    },
  );
  const report = path.join(folder, "records.json.report.ndjson");
  const text = code === 2 ? "" : readFileSync(report, "utf8");
  const lines = text.split("\n").flatMap((line) => (line === "" ? [] : [Line.parse(JSON.parse(line))]));
  return { code, said: stdout + stderr, lines };
}

test("records that open with a party's old key or the old escrow's are sealed again, and a second run imports none", async () => {
  for (const holder of ["client-456", "audit"]) {
    const prepared = prepare(holder);
    const first = await importFile(prepared);
    expect(first.said).toContain("4 taken, 0 skipped, 0 refused");
    expect(first.code).toBe(0);
    const ids = first.lines.map(({ transaction_id }) => transaction_id ?? "");
    const { client456, miner789, regulator } = people(demo());
    for (const who of [client456, miner789]) {
      const opened = await who.post(`/confidential/transactions/${ids[0]}/access`, { purpose: "settlement" });
      expect(opened.status, opened.text).toBe(200);
      expect(opened.json.data).toMatchObject(KNOWN.opened[0] ?? {});
    }
    expect((await regulator.get(`/confidential/transactions/${ids[0]}/envelopes`)).status).not.toBe(200);
    const view = await client456.get(`/confidential/transactions/${ids[1]}`);
    expect(view.json).toMatchObject({
      participants: ["client-456", "miner-789"],
      occurred_at: "2025-11-25T08:00:00.000Z",
    });
    // As a value of its own: ids and digests may contain the digits.
    expect(view.text).not.toMatch(/[":]250(\.\d+)?[",}]/);
    const again = await importFile(prepared);
    expect(again.said).toContain("0 taken, 4 skipped, 0 refused");
    expect(again.code).toBe(0);
    expect(JSON.stringify([first, again])).not.toMatch(/1000\.50|Köln|0x1234|DE02/);
  }
});

test("a record that cannot be imported is refused by name, and the others are imported", async () => {
  const [good, other] = KNOWN.records;
  const prepared = prepare("client-456", [
    good,
    { ...other, encrypted_tag: "AAAAAAAAAAAAAAAAAAAAAA==" },
    { ...good, transaction_id: "stranger", participants: ["client-456", "unknown-000"] },
    { ...good, transaction_id: "elsewhere", participants: ["miner-789"] },
    17,
  ]);
  const { code, said, lines } = await importFile(prepared);
  expect(code).toBe(1);
  expect(said).toContain("1 taken, 0 skipped, 4 refused");
  const reasons = lines.filter(({ outcome }) => outcome === "refused").map(({ reason }) => reason);
  expect(reasons).toEqual(
    expect.arrayContaining([
      expect.stringContaining("does not open it"),
      expect.stringContaining("unknown-000"),
      expect.stringContaining("not one of its participants"),
      expect.stringContaining("not a record"),
    ]),
  );
});

if (isDeep)
  test("another participant's API key, an invalid one or an unreachable service stops the import before its first record", async () => {
    const other = await importFile(prepare(), { apiKey: accountOf("client-123").api_key });
    expect(other).toMatchObject({ code: 1, lines: [] });
    expect(other.said).toContain("the API key is not client-456's");
    const none = await importFile(prepare(), { apiKey: "sk_none" });
    expect(none).toMatchObject({ code: 1, lines: [] });
    expect(none.said).toContain("401");
    const away = await importFile(prepare(), { url: "http://127.0.0.1:9" });
    expect(away).toMatchObject({ code: 1, lines: [] });
    expect(away.said).toContain("does not answer. Run it again to continue.");
    const wrong = prepare();
    writeFileSync(path.join(wrong.folder, "key"), "secret");
    const usage = await importFile(wrong);
    expect(usage.code).toBe(2);
    expect(usage.said).toContain("this is not a private key");
    expect(usage.said).not.toContain("secret\n");
  });
