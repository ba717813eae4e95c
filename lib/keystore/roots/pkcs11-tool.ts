import "server-only";
import { spawn } from "node:child_process";
import type { KeystoreError } from "@/lib/keystore/keystore-types";
import { unavailable } from "@/lib/keystore/roots/persist";

export const SERVICE = "the PKCS#11 token";
const MAX_OUTPUT_BYTES = 65_536;

/** A secret key as the tool lists it. */
interface ListedKey {
  readonly kind: string;
  readonly label: string;
  /** In hex. */
  readonly id: string;
  readonly uses: readonly string[];
  readonly access: readonly string[];
}

/** Result of a run of the tool. `code` is null if it was killed. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Reads the blocks in which pkcs11-tool lists secret keys. */
export function parseObjects(text: string): ListedKey[] {
  const HEAD = "Secret Key Object; ";
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length > 0 && lines[0]?.startsWith(HEAD) !== true) throw garbled();
  const starts = lines.flatMap((line, at) => (line.startsWith(HEAD) ? [at] : []));
  return starts.map((start, nth) => {
    const block = lines.slice(start + 1, starts[nth + 1]);
    const member = (name: string) => {
      const line = block.find((candidate) => candidate.startsWith(`  ${name}:`)) ?? "";
      return line.slice(name.length + 3).trim();
    };
    return {
      kind: lines[start]?.slice(HEAD.length).trim() ?? "",
      label: member("label"),
      id: member("ID"),
      uses: member("Usage").split(", "),
      access: member("Access").split(", "),
    };
  });
}

/** Thrown when the tool succeeded with unexpected output. */
export function garbled(): KeystoreError {
  return unavailable(SERVICE, "answers what was not asked");
}

/** Runs OpenSC's pkcs11-tool once. The signal kills it. Throws `keystore.unavailable` if it does not run. */
export function runTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { env, signal, killSignal: "SIGKILL", stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let size = 0;
    let stderr = "";
    child.once("error", (cause) =>
      reject(unavailable(SERVICE, `is not reached: ${tool} does not run`, cause)),
    );
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
      else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-4_096);
    });
    child.once("close", (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
    // If the tool ends without reading, its exit code reports the fault.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
