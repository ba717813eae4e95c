import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "@/e2e/support/api";

const BUDGET_MS = 70_000;

/** An export's bytes. Where the minute's exports are used up it waits for the next minute. Throws for any other refusal. */
export async function exported(who: Caller, address: string): Promise<Buffer> {
  const until = Date.now() + BUDGET_MS;
  for (;;) {
    const { status, bytes } = await who.bytes(address);
    if (status === 200) return bytes;
    if (status !== 429 || Date.now() > until) throw new Error(`${address} answers ${status}`);
    await sleep(1_000);
  }
}

/**
 * Exports the whole log as a bundle, and verifies it in a process of its own under the keys that the portal names.
 * Returns the verifier's exit code: 0 is verified.
 */
export async function verifyLog(who: Caller): Promise<{ readonly code: number; readonly output: string }> {
  const bundle = await exported(who, "/confidential/audit/export?format=bundle");
  const keys = await who.get("/confidential/audit/keys");
  if (keys.status !== 200) throw new Error(`the keys answer ${keys.status}`);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-load-"));
  try {
    const [file, policy] = [path.join(folder, "bundle.zip"), path.join(folder, "policy.json")];
    writeFileSync(file, bundle);
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
