import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import { z } from "zod";
import type { Caller } from "./api";

// Checks of an instance's log after faults: it is verified, exported and read.
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const Report = z.looseObject({
  verdict: z.string(),
  size: z.number(),
  entries: z.number(),
  findings: z.array(z.unknown()),
});

async function runVerifier(file: string): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(
      "npm",
      ["run", "--silent", "verify", "--", file, "--json"],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === "number" ? error.code : error ? -1 : 0,
          stdout: stdout || stderr,
        }),
    );
  });
}

/** Returns the size of the tree at the newest checkpoint, where exports and bundles end. */
export async function checkpointSize(who: Caller): Promise<number> {
  const answer = await who.get("/confidential/audit/log/checkpoint");
  expect(answer.status, answer.text).toBe(200);
  return Number(answer.text.split("\n")[1]);
}

/** Exports a bundle and checks with the verifier that it is whole and consistent, with one entry for each leaf. */
export async function expectLogVerifies(who: Caller): Promise<number> {
  const bundle = await who.bytes("/confidential/audit/export?format=bundle");
  expect(bundle.status).toBe(200);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-faults-"));
  try {
    const file = path.join(folder, "bundle.zip");
    writeFileSync(file, bundle.bytes);
    const { code, stdout } = await runVerifier(file);
    expect(code, stdout.slice(0, 2_000)).toBe(3);
    const report = Report.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ verdict: "consistent", findings: [] });
    expect(report.entries).toBe(report.size);
    return report.size;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ExportLine = z.looseObject({ seq: z.number() });

/** Returns the sequence numbers of an export, in its order. */
export async function exportedSeqs(who: Caller): Promise<number[]> {
  const answer = await who.bytes("/confidential/audit/export?format=ndjson");
  expect(answer.status).toBe(200);
  const lines = answer.bytes.toString("utf8").trim().split("\n");
  return lines.map((line) => ExportLine.parse(JSON.parse(line)).seq);
}

const LogEvent = z.looseObject({
  seq: z.number().nullable(),
  outcome: z.string(),
  grant_id: z.string().nullable(),
});

/** Returns the outcomes of the openings of one transaction under one grant, oldest first, as far as they are in the tree. */
export async function openingOutcomes(
  who: Caller,
  transactionId: string,
  grantId: string,
): Promise<string[]> {
  const answer = await who.get(
    `/confidential/audit/events?subject=transaction:${transactionId}&action=disclosure.open&limit=100`,
  );
  expect(answer.status, answer.text).toBe(200);
  return z
    .array(LogEvent)
    .parse(answer.json.items)
    .filter((event) => event.grant_id === grantId)
    .map((event) => event.outcome)
    .reverse();
}
