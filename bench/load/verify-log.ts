import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Caller } from "@/e2e/support/api";

/**
 * Exports the whole log as a bundle, and verifies it in a process of its own under the keys that the portal names.
 * Returns the verifier's exit code: 0 is verified.
 */
export async function verifyLog(who: Caller): Promise<{ readonly code: number; readonly output: string }> {
  const bundle = await who.bytes("/confidential/audit/export?format=bundle");
  const keys = await who.get("/confidential/audit/keys");
  if (bundle.status !== 200 || keys.status !== 200)
    throw new Error(`the bundle answers ${bundle.status}, the keys ${keys.status}`);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-load-"));
  try {
    const [file, policy] = [path.join(folder, "bundle.zip"), path.join(folder, "policy.json")];
    writeFileSync(file, bundle.bytes);
    writeFileSync(policy, keys.text);
    return await runVerifier([file, "--policy", policy]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runVerifier(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/verify.ts", ...args], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
  });
}
