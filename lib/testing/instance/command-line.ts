import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

// The command line as its users run it: one bundled file, in its own process.
const ROOT = path.resolve(import.meta.dirname, "../../..");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** A folder for files; also the home of configuration and state. */
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Starts the same and returns while it runs. */
  start(
    args: readonly string[],
    options?: RunOptions,
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  remove(): void;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Bundles the command line into its own folder; every run has the variables of `env`. */
export function openCommandLine(env: Readonly<Record<string, string>> = {}): CommandLine {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sealport-cli-"));
  const program = path.join(folder, "sealport.mjs");
  execFileSync(process.execPath, [path.join(ROOT, "cli/build.mjs"), program], { cwd: ROOT });
  const start: CommandLine["start"] = (args, options = {}) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: {
        NODE_ENV: "production",
        PATH: process.env.PATH ?? "",
        HOME: folder,
        XDG_CONFIG_HOME: path.join(folder, "config"),
        XDG_STATE_HOME: path.join(folder, "state"),
        ...env,
        ...options.env,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // A program that does not read its input may end before all of it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr })),
    );
    return { child, ended };
  };
  return {
    folder,
    start,
    run: (args, options) => start(args, options).ended,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
