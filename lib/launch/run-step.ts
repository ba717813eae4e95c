import "server-only";
import { spawn } from "node:child_process";
import { childEnvironment } from "@/lib/launch/program";

export interface StepOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface StepResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KEPT_CHARACTERS = 200_000;

/** Runs a program of ours to its end, tied to this process by an IPC pipe, and returns its output. */
export function runStep(options: StepOptions): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, options.args, {
      cwd: options.cwd,
      env: childEnvironment(options.env),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let stdout = "";
    let stderr = "";
    // Those that started others (the build) end them on SIGTERM; on our own end the pipe does the same.
    const abort = (): void => {
      child.kill("SIGTERM");
    };
    options.signal?.addEventListener("abort", abort, { once: true });
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout = (stdout + chunk.toString()).slice(-KEPT_CHARACTERS);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-KEPT_CHARACTERS);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      options.signal?.removeEventListener("abort", abort);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** The line of a failed step that says most. */
export function tellingLine(result: StepResult): string {
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").map((line) => line.trim());
  const telling = lines.findLast(
    (line) => /^\w*Error\b.*:|cannot|damaged|wrong|missing|failed/i.test(line) && !line.startsWith("at "),
  );
  return (telling ?? lines.findLast((line) => line !== "") ?? "no reason given").slice(0, 400);
}
