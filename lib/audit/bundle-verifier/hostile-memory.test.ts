import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { canonicalBytes, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import {
  type Draft,
  draft,
  draftOf,
  type FixtureEntry,
  fixtureEntry,
  fixtureId,
  keysOf,
  layOut,
  operator,
  PERSON,
  PERSON_PART,
} from "./bundle-fixture";
import { Policy } from "./claims/bundle-format";
import { readPolicy } from "./tree/check-keys";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = { ...keysOf(OURS), quorum: 1 };
const folder = mkdtempSync(path.join(tmpdir(), "sealport-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command's exit status and first line, with a heap of this many megabytes. */
function verifyIn(megabytes: number, bundle: Uint8Array): [number | null, string | undefined] {
  const [file, policy] = [path.join(folder, "bundle.zip"), path.join(folder, "policy.json")];
  writeFileSync(file, bundle);
  writeFileSync(policy, JSON.stringify(POLICY));
  const node = ["--max-semi-space-size=4", `--max-old-space-size=${megabytes}`, "--import", "tsx"];
  const { status, stdout } = spawnSync(
    process.execPath,
    [...node, "scripts/verify.ts", file, "--policy", policy],
    { encoding: "utf8" },
  );
  return [status, stdout.split("\n")[0]];
}

/** An entry with this JSON as its recovery statement, without the writer's checks. */
function withRecovery(at: number, json: string): FixtureEntry {
  const { bytes, parts } = fixtureEntry(at);
  const entry = parseCanonicalJson(Buffer.from(bytes).toString());
  const marked = canonicalBytes(Object.assign({}, entry, { pub: { recovery: "here" } }));
  return { bytes: Buffer.from(Buffer.from(marked).toString().replace('"here"', json)), parts };
}

describe("memory for a hostile bundle is limited:", () => {
  it("entries with parts listed as erased keep only their times", () => {
    const entries = Array.from({ length: 400 }, (_, at) => {
      const org = { action: "transaction.create", pad: "x".repeat(260_000), person: PERSON };
      const { bytes, parts } = fixtureEntry(at, { person: true, org });
      return { bytes, parts: parts.filter(({ c }) => c === "org") };
    });
    const erased = entries.map((_, seq) => ({ seq, c: PERSON_PART, entry: fixtureId(9_999) }));
    const bundle = layOut({ ...draftOf(OURS, entries, [400]), manifest: { erased } }, OURS);
    expect(bundle.length).toBeGreaterThan(100 << 20);
    expect(verifyIn(80, bundle)).toEqual([1, "WRONG"]);
  });

  it("recovery statements keep only their text", () => {
    const lists = JSON.stringify(Array.from({ length: 20_000 }, () => []));
    const entries = Array.from({ length: 250 }, (_, at) => withRecovery(at, lists));
    expect(verifyIn(96, layOut(draftOf(OURS, entries, [250]), OURS))).toEqual([1, "WRONG"]);
  });

  it("a stored label is no longer than a valid label", async () => {
    const clean: Draft = draft(OURS, 3, [3]);
    const entries = clean.entries.map(({ bytes, parts }) => ({
      bytes,
      parts: parts.map((part) => ({ ...part, c: "x".repeat(100_000) })),
    }));
    const report = await verifyBundle(layOut({ ...clean, entries }, OURS), { policy: Policy.parse(POLICY) });
    expect(report.verdict).toBe("wrong");
    expect(JSON.stringify(report).length).toBeLessThan(10_000);
  });
});

it("entries that wait for a checkpoint without a time make the log incomplete", async () => {
  const clean = draft(OURS, 3, [3]);
  const report = await verifyBundle(layOut({ ...clean, manifest: { later: { count: 2 } } }, OURS), {
    policy: Policy.parse(POLICY),
  });
  expect([report.verdict, report.findings.map((one) => one.class)]).toEqual(["wrong", ["unanchored tail"]]);
});

it("a policy with thousands of keys is invalid, like a bundle that names them", () => {
  const [log = ""] = POLICY.log;
  const text = JSON.stringify({ ...POLICY, log: Array.from({ length: 5_000 }, () => log) });
  expect(() => readPolicy(text)).toThrow("not a policy, at /log");
  expect(readPolicy(JSON.stringify(POLICY)).log).toEqual([log]);
});
