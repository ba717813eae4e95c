import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { fileSource } from "../scripts/file-source";
import type { Figure } from "./measure";
import { writeBundle } from "./write-bundle";

const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 50_000);
const MEGABYTE = 2 ** 20;

const Outcome = z.object({
  verdict: z.literal("consistent"),
  entries: z.number(),
  wallMicros: z.number(),
  cpuMicros: z.number(),
  peakBytes: z.number(),
});

function verifyInChild(bundle: string) {
  // The flags of `npm run verify`: most of its objects are short-lived texts, which are then collected early.
  const args = [
    "--max-semi-space-size=4",
    "--import",
    "tsx",
    "--conditions=react-server",
    "bench/verify-child.ts",
    bundle,
  ];
  return Outcome.parse(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })));
}

/** Returns the CPU time to read and hash the bundle's bytes, which no verifier can beat. */
async function hashAlone(bundle: string): Promise<number> {
  const before = process.cpuUsage();
  const source = fileSource(bundle);
  const hash = createHash("sha256");
  for (let at = 0; at < source.size; at += MEGABYTE)
    hash.update(await source.read(at, Math.min(source.size, at + MEGABYTE)));
  hash.digest();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function figuresOf(dir: string, parts: 0 | 1): Promise<Figure[]> {
  const bundle = path.join(dir, `bundle-${parts}.zip`);
  writeBundle(dir, bundle, ENTRIES, parts);
  const baseline = await hashAlone(bundle);
  const outcome = verifyInChild(bundle);
  const { size } = fileSource(bundle);
  rmSync(bundle);
  const name = `${ENTRIES} entries, ${parts === 0 ? "no part" : "one part opened"} each`;
  const perSecond = (micros: number) => Math.round((outcome.entries / micros) * 1e6);
  console.log(
    `verify   ${name}, ${Math.round(size / MEGABYTE)} MB: ${perSecond(outcome.wallMicros)} entries/s ` +
      `(${perSecond(outcome.cpuMicros)} for each second of CPU), peak ${Math.round(outcome.peakBytes / MEGABYTE)} MB`,
  );
  return [
    {
      suite: "verify",
      name: `${name}: CPU time`,
      baseline: "the bundle's SHA-256 alone",
      ratio: outcome.cpuMicros / baseline,
      operationMicros: outcome.cpuMicros / ENTRIES,
      baselineMicros: baseline / ENTRIES,
    },
    {
      suite: "verify",
      name: `${name}: peak memory`,
      baseline: "200 MB",
      ratio: outcome.peakBytes / (200 * MEGABYTE),
      operationMicros: 0,
      baselineMicros: 0,
      goal: "≤ 1 at 1,000,000",
    },
  ];
}

/** Measures the command line's verifier over a bundle of BENCH_ENTRIES entries: time against the hashes alone, and memory. */
export async function benchVerify(): Promise<Figure[]> {
  const dir = mkdtempSync(path.join(tmpdir(), "sealport-bench-"));
  try {
    return [...(await figuresOf(dir, 0)), ...(await figuresOf(dir, 1))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
