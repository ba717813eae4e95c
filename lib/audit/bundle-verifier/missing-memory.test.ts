import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { draft, keysOf, layOut, operator } from "./bundle-fixture";

const OURS = operator(1);
const folder = mkdtempSync(path.join(tmpdir(), "sealport-missing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LETTERS = [..."-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"];

/** The longest list in a missing.txt of 32 MiB: the shortest number, with many labels in their order. */
function longest(): { readonly text: string; readonly count: number } {
  const most = Math.floor((32 << 20) / "0 AAAAAAAAAAA\n".length);
  const lines: string[] = [];
  for (const a of LETTERS)
    for (const b of LETTERS)
      for (const c of LETTERS)
        for (const d of LETTERS) {
          if (lines.length === most) return { text: lines.join(""), count: most };
          lines.push(`0 AAAAAA${a}${b}${c}${d}A\n`);
        }
  throw new RangeError("too few labels");
}

/** Prints the verifier's peak memory when its process ends. */
const TELL = `data:text/javascript,process.on("exit",()=>console.error("PEAK "+process.resourceUsage().maxRSS))`;

function verify(name: string, bundle: Uint8Array) {
  const [file, policy] = [path.join(folder, name), path.join(folder, "policy.json")];
  writeFileSync(file, bundle);
  writeFileSync(policy, JSON.stringify({ ...keysOf(OURS), quorum: 1 }));
  const node = ["--max-semi-space-size=4", "--max-old-space-size=48", "--import", "tsx", "--import", TELL];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...node, "scripts/verify.ts", file, "--policy", policy],
    { encoding: "utf8" },
  );
  return { status, stdout, peakKb: Number(/PEAK (\d+)/.exec(stderr)?.[1] ?? Number.NaN) };
}

it("the longest missing.txt fits in a heap of forty-eight megabytes, with little additional memory", () => {
  const clean = draft(OURS, 6, [6]);
  const { text, count } = longest();
  expect(count).toBeGreaterThan(2_000_000);
  const short = verify("short.zip", layOut(clean, OURS));
  const long = verify(
    "long.zip",
    layOut({ ...clean, texts: { "missing.txt": text }, manifest: { missing_file: { count } } }, OURS),
  );
  expect(short.status).toBe(0);
  expect([long.status, long.stdout]).toEqual([1, expect.stringContaining("the part was dropped or moved")]);
  expect((long.peakKb - short.peakKb) / 1024).toBeLessThan(128);
});
