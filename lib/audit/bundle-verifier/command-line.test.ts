import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { afterAll, describe, expect, it, vi } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { signReceipt } from "@/lib/crypto/receipt";
import { entryLeaf } from "../entry/entry";
import { draft, FIXTURE_LOG, fixtureEntry, fixtureId, keysOf, layOut, operator } from "./bundle-fixture";
import { changeBundle } from "./change-bundle";
import { WHAT_TO_DO } from "./report/advice";

const OURS = operator(1);
const folder = mkdtempSync(path.join(tmpdir(), "sealport-verify-"));
const clean = draft(OURS, 6, [3, 6]);
const bundle = layOut(clean, OURS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

// In one file the program starts in a fifth of the time. A test that is about the start or about memory runs it as `npm run verify` does.
const SOURCE = ["--import", "tsx", "scripts/verify.ts"];
const BUNDLED = path.join(folder, "verify.mjs");
buildSync({
  entryPoints: ["scripts/verify.ts"],
  outfile: BUNDLED,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});

/** Runs the program with a heap of this many megabytes. */
function verify(args: readonly string[], heapMb = 512, program: readonly string[] = [BUNDLED]) {
  const node = ["--max-semi-space-size=4", `--max-old-space-size=${heapMb}`, ...program, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, node, { encoding: "utf8" });
  return { status, stdout, stderr };
}

function receiptFor(
  entry: { readonly bytes: Uint8Array },
  at: number,
  integrateBy = "2026-11-24T14:46:00.000000Z",
  by = OURS,
): string {
  const leafHash = entryLeaf(entry.bytes);
  const claims = {
    log: FIXTURE_LOG,
    entryId: fixtureId(at),
    leafHash,
    integrateBy,
  };
  return JSON.stringify({
    log: FIXTURE_LOG,
    entry: toBase64url(entry.bytes),
    entry_id: claims.entryId,
    leaf_hash: toBase64url(leafHash),
    integrate_by: claims.integrateBy,
    signature: signReceipt(by.receiptSeed, claims),
  });
}

// Each test starts several programs.
vi.setConfig({ testTimeout: 120_000 });

describe("npm run verify", () => {
  const good = put("good.zip", bundle);
  const policy = put("policy.json", JSON.stringify({ ...keysOf(OURS), quorum: 1 }));

  it("the exit status is 0 under the policy, 3 without one, 1 for a changed bundle, 2 for wrong usage", () => {
    for (const program of [SOURCE, [BUNDLED]])
      expect(verify([good, "--policy", policy], 512, program)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^VERIFIED/),
      });
    expect(verify([good])).toMatchObject({ status: 3, stdout: expect.stringMatching(/^CONSISTENT/) });
    const changed = verify([put("changed.zip", changeBundle(bundle, 4)), "--policy", policy]);
    expect(changed).toMatchObject({ status: 1, stdout: expect.stringContaining("first bad entry: 4") });
    for (const args of [
      [],
      [good, good],
      ["--what"],
      [path.join(folder, "none.zip")],
      [folder],
      [good, "--policy", good],
    ])
      expect(verify(args)).toMatchObject({ status: 2, stderr: expect.stringContaining("usage:") });
  });

  it("the command proves a receipt's inclusion or shows its broken promise, in either order of arguments", () => {
    const kept = put("kept.json", receiptFor(clean.entries[2] ?? fixtureEntry(2), 2));
    const broken = put("broken.json", receiptFor(fixtureEntry(900), 900));
    const proven = verify(["--receipt", kept, "--bundle", good, "--policy", policy]);
    expect(proven).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /note: .*kept\.json: the receipt's entry .* is leaf 2: the promise was kept/,
      ),
    });
    const shown = verify([good, "--receipt", kept, "--receipt", broken, "--json"]);
    expect(shown.status).toBe(1);
    expect(JSON.parse(shown.stdout).findings).toMatchObject([{ class: "missing leaf" }]);
    const none = verify([good, "--receipt", put("no.json", "{}")]);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining("not a receipt, at /log") });
  });

  it("the command takes the whole API answer as a receipt, and exits with 3 if it is neither kept nor broken", () => {
    const receipt = receiptFor(clean.entries[2] ?? fixtureEntry(2), 2);
    const answer = put("answer.json", `{"id":"t-1","receipt":${receipt}}`);
    expect(verify([good, "--policy", policy, "--receipt", answer]).status).toBe(0);
    const open = put("open.json", receiptFor(fixtureEntry(900), 900, "2026-11-24T15:00:00.000001Z"));
    expect(verify([good, "--policy", policy, "--receipt", open, "--receipt", answer])).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(
        /^VERIFIED.*\nUNDECIDED: this bundle does not show whether the log kept the promise of a receipt/,
      ),
    });
  });

  it("the command names an invalid policy key, an empty file and a truncated file", () => {
    const keys = { ...keysOf(OURS), receipts: ["nonsense"] };
    const refused = verify([good, "--policy", put("bad-policy.json", JSON.stringify(keys))]);
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("the policy's receipt key 1 is refused"),
    });
    const deep = put("deep.json", "[".repeat(50_000));
    for (const args of [
      ["--policy", deep],
      ["--receipt", deep],
    ])
      expect(verify([good, ...args])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("not JSON"),
      });
    const seen = (content: Uint8Array) => verify([put("short.zip", content), "--policy", policy]);
    expect(seen(new Uint8Array(0))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("the file is empty"),
    });
    expect(seen(bundle.subarray(0, 999))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("the bundle is cut short"),
    });
  });

  it("the command says what to do about a fault, and prints no empty heading", () => {
    const changed = verify([put("changed.zip", changeBundle(bundle, 4)), "--policy", policy]);
    expect(changed.stdout).toMatch(/^what to do: Keep this file and this report\. Export the log again/m);
    const none = verify([put("note.txt", "no bundle\n")]);
    expect(none.status).toBe(1);
    expect(none.stdout).toBe(
      `WRONG\n  container: this is not a bundle: a zip header is missing at byte 0\nwhat to do: ${WHAT_TO_DO.file}\n`,
    );
    expect(verify([good]).stdout).toMatch(
      /^checkpoints: 2 trusted, 0 of them witnessed independently, 2 self-witnessed \(by the operator's own witnesses only\)\nkeys trusted, found in the bundle \(not confirmed from outside\):\n {2}\S+/m,
    );
  });

  it("the command names the file and the entry of a receipt that was changed or signed by another key", () => {
    const { bytes } = clean.entries[2] ?? fixtureEntry(2);
    const receipt = JSON.parse(receiptFor({ bytes }, 2));
    const later = { ...receipt, integrate_by: "2026-11-24T14:46:01.000000Z" };
    const changed = verify([good, "--policy", policy, "--receipt", put("later.json", JSON.stringify(later))]);
    expect(changed.status).toBe(1);
    expect(changed.stdout).toMatch(
      /^ {2}receipt: .*later\.json: the receipt for entry 2 \(.*\) was changed after it was signed: /m,
    );
    expect(changed.stdout).toMatch(
      /^WRONG\nThe bundle itself is valid: all 6 entries agree with what was signed/,
    );
    expect(changed.stdout).toMatch(/^what to do: Compare the receipt with the API answer that contained it/m);
    const foreign = { ...JSON.parse(receiptFor({ bytes }, 2, undefined, operator(3))) };
    const other = verify([
      good,
      "--policy",
      policy,
      "--receipt",
      put("foreign.json", JSON.stringify(foreign)),
    ]);
    expect(other.stdout).toMatch(/foreign\.json: the receipt for entry 2 \(.*\) is signed by another key, /);
  });

  it("the command keeps a verified bundle's checkpoint in the policy, never an earlier one or that of a wrong bundle", () => {
    const mine = put("mine.json", `${JSON.stringify({ ...keysOf(OURS), quorum: 1 }, undefined, 1)}\n`);
    const before = readFileSync(mine, "utf8");
    const wrong = verify([put("changed.zip", changeBundle(bundle, 4)), "--keep", mine]);
    expect(wrong).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("not kept: the bundle is not verified"),
    });
    expect(readFileSync(mine, "utf8")).toBe(before);
    const short = { ...clean, checkpoints: clean.checkpoints.slice(0, 1) };
    const older = put(
      "older.zip",
      layOut(
        {
          ...short,
          entries: clean.entries.slice(0, 3),
          leaves: clean.leaves.slice(0, 3),
          placeLines: clean.placeLines.slice(0, 3),
        },
        OURS,
      ),
    );
    const kept = () => JSON.parse(readFileSync(mine, "utf8")).checkpoints;
    expect(verify([older, "--keep", mine])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`kept: the checkpoint over 3 leaves is in ${mine}`),
    });
    expect(kept()).toEqual(clean.checkpoints.slice(0, 1));
    const json = verify([good, "--keep", mine, "--json"]);
    expect([json.status, JSON.parse(json.stdout).verdict]).toEqual([0, "verified"]);
    expect(json.stderr).toContain("kept: the checkpoint over 6 leaves");
    expect(kept()).toEqual(clean.checkpoints.slice(1));
    expect(verify([good, "--keep", mine]).stdout).toContain("already kept: ");
    const back = verify([older, "--keep", mine]);
    expect(back.status).toBe(1);
    expect(back.stdout).toMatch(/may be an older export; a log that was cut off looks the same/);
    expect(back.stdout).toContain("not kept: the bundle is not verified");
    expect(kept()).toEqual(clean.checkpoints.slice(1));
    expect(readdirSync(folder).filter((name) => name.endsWith(".keep"))).toEqual([]);
  });

  it("the command keeps nothing during another run or after wrong usage, and reports a file that cannot be written", () => {
    const mine = put("other.json", JSON.stringify({ ...keysOf(OURS), quorum: 1 }));
    const before = readFileSync(mine, "utf8");
    writeFileSync(`${mine}.keep`, "");
    expect(verify([good, "--keep", mine])).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/^VERIFIED/),
      stderr: expect.stringContaining("another run is keeping a checkpoint"),
    });
    expect(readFileSync(mine, "utf8")).toBe(before);
    expect(verify([good, "--keep", mine, "--policy", policy])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("give either --policy or --keep"),
    });
  });

  it("the command follows a link to the policy and preserves the link and the file's mode", () => {
    const mine = put("real.json", JSON.stringify({ ...keysOf(OURS), quorum: 1 }));
    chmodSync(mine, 0o640);
    const link = path.join(folder, "link.json");
    symlinkSync(mine, link);
    expect(verify([good, "--keep", link]).status).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(mine).mode & 0o777).toBe(0o640);
    expect(JSON.parse(readFileSync(mine, "utf8")).checkpoints).toEqual(clean.checkpoints.slice(1));
  });

  it("the command verifies a bundle of a hundred megabytes in a heap of forty-eight, and refuses one line of that size", () => {
    const page = "x".repeat(100 << 20);
    const large = put("large.zip", layOut({ ...clean, texts: { "page.html": page } }, OURS));
    expect(verify([large, "--policy", policy], 48, SOURCE).status).toBe(0);
    const line = put("line.zip", layOut({ ...clean, texts: { "entries.ndjson": `${page}\n` } }, OURS));
    expect(verify([line, "--policy", policy], 48, SOURCE)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("a line is longer than 4194304 bytes"),
    });
  });
});
