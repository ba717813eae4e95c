import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { toBase64 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { readCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { draft, FIXTURE_LOG, fixtureId, keysOf, layOut, operator } from "./bundle-fixture";
import { BUNDLE_FILES, type Manifest, Policy } from "./claims/bundle-format";
import { History } from "./claims/history";
import type { EntryFacts } from "./container/read-line";
import { Findings } from "./report/report";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const CLEAN = draft(OURS, 5, [2, 5]);
const folder = mkdtempSync(path.join(tmpdir(), "sealport-sizes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textOf(name: string): string {
  const file = readCanonicalZip(layOut(CLEAN, OURS)).find((one) => one.name === name);
  return Buffer.from(file?.bytes ?? []).toString();
}

const verified = (texts: Record<string, string>, policy: Policy | undefined = POLICY) =>
  verifyBundle(layOut({ ...CLEAN, texts }, OURS), policy === undefined ? {} : { policy });

describe("a line of entries with a correct leaf", () => {
  it("an unknown member that no leaf covers is refused", async () => {
    const lines = textOf(BUNDLE_FILES.entries);
    const forged = lines.replace('{"entry":{"at"', '{"entry":{"__proto__":{"outcome":"denied"},"at"');
    expect(forged).not.toBe(lines);
    const report = await verified({ [BUNDLE_FILES.entries]: forged });
    expect([report.verdict, report.findings[0]?.class]).toEqual(["wrong", "content mismatch"]);
  });
});

describe("input beyond a reader's time or memory is refused with its reason:", () => {
  it("thousands of keys, each of which would check every note", async () => {
    const { log, receipts, ...rest } = keysOf(OURS);
    const many = Array.from({ length: 5_000 }, () => log[0] ?? "");
    const report = await verified({ [BUNDLE_FILES.keys]: canonicalJson({ ...rest, log: many, receipts }) });
    expect(report.findings.map(({ detail }) => detail).join()).toContain("keys.json: not a list of keys");
  });

  it("more than a hundred thousand checkpoints", async () => {
    const line = `\u2014 witness.example ${toBase64(new Uint8Array(68))}\n`;
    const notes = Array.from(
      { length: 100_001 },
      (_, at) => `${FIXTURE_LOG}\n${at + 1}\n${toBase64(sha256(Uint8Array.of(at & 255)))}\n\n${line}`,
    );
    const report = await verified({ [BUNDLE_FILES.checkpoints]: canonicalJson(notes) });
    expect(report.findings.map(({ detail }) => detail)).toContainEqual(
      expect.stringContaining("more than 100000 checkpoints"),
    );
  });

  it("recovery statements beyond sixty-four megabytes", () => {
    const findings = new Findings();
    const manifest: Partial<Manifest> = { complete: true };
    const history = new History(manifest as Manifest, findings);
    const entry = { id: fixtureId(1), prune: undefined, recovery: { from: 0, lost: [], to: 0 } };
    const held = Array.from({ length: 1_100 }, (_, seq) =>
      history.see(seq, entry as unknown as EntryFacts, 65_535),
    );
    expect(held.filter(Boolean)).toHaveLength(1_024);
    expect(findings.list()[0]).toMatchObject({
      class: "lost",
      detail: expect.stringContaining("too many statements of pruning or recovery"),
    });
  });
});

it("the verifier finds the place of a changed entry in little memory, however long the lines of places.txt are", () => {
  const long = "x".repeat((4 << 20) - 100);
  const places = Array.from({ length: 50 }, (_, seq) => `${seq} ${long}\n`).join("");
  const leaves = CLEAN.leaves.map((leaf, at) => (at === 3 ? sha256(leaf) : leaf));
  const bundle = layOut({ ...CLEAN, leaves, texts: { [BUNDLE_FILES.places]: places } }, OURS);
  const [file, policy] = [path.join(folder, "places.zip"), path.join(folder, "policy.json")];
  writeFileSync(file, bundle);
  writeFileSync(policy, JSON.stringify({ ...keysOf(OURS), quorum: 1 }));
  const node = ["--max-semi-space-size=4", "--max-old-space-size=80", "--import", "tsx"];
  const { status, stdout } = spawnSync(
    process.execPath,
    [...node, "scripts/verify.ts", file, "--policy", policy],
    { encoding: "utf8" },
  );
  expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringContaining("WRONG")]);
});
