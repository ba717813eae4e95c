import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CHILD = path.join(path.dirname(fileURLToPath(import.meta.url)), "soak-child.ts");

export type SoakWork = "wraps" | "keys" | "seals" | "exports" | "blocks";

/** How a soak ended: with its last output, or by the watchdog, with its progress. */
export type SoakEnd =
  | { readonly kind: "through"; readonly printed: unknown }
  | { readonly kind: "hung"; readonly done: number }
  | { readonly kind: "failed"; readonly output: string };

/** Generous: a thousand operations take a tenth of a second, and starting the child takes a few seconds. */
const SILENCE_MS = 120_000;

function endOf(code: number | null, hasHung: boolean, last: string, errors: string): SoakEnd {
  if (hasHung) return { kind: "hung", done: Number(last) };
  if (code !== 0) return { kind: "failed", output: errors.slice(-2_000) };
  return { kind: "through", printed: JSON.parse(last) };
}

/**
 * Runs one work in a child process. A deadlock blocks the whole process, so this one watches it: a child that is silent for `silenceMs` is
 * killed and reported as hung. The total time has no limit.
 */
export function runSoak(work: SoakWork, count: number, silenceMs = SILENCE_MS): Promise<SoakEnd> {
  const args = ["--import", "tsx", "--conditions=react-server", CHILD, work, String(count)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [last, partial, errors, hasHung] = ["", "", "", false];
  const watchdog = setTimeout(() => {
    hasHung = true;
    child.kill("SIGKILL");
  }, silenceMs);
  child.stdout.on("data", (chunk: Buffer) => {
    watchdog.refresh();
    const parts = (partial + chunk.toString("utf8")).split("\n");
    partial = parts.pop() ?? "";
    last = parts.at(-1) ?? last;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(watchdog);
      resolve(endOf(code, hasHung, last, errors));
    });
  });
}
