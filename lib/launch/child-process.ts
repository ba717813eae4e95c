import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { StartError } from "@/lib/db/embedded/start-error";
import { childEnvironment } from "@/lib/launch/program";

export interface ChildOptions {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: the supervisor's own variables are not passed on. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Called for each unexpected end and each restart. */
  readonly onEvent: (event: ChildEvent) => void;
}

export type ChildEvent =
  | { readonly kind: "died"; readonly name: string; readonly retryInMs: number }
  | { readonly kind: "ready"; readonly name: string };

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** After a child lived this long its backoff starts from the beginning. */
const STABLE_MS = 30_000;
const READY_WATCHDOG_MS = 90_000;
const MAX_LOG_BYTES = 16 * 1024 * 1024;

function rotate(file: string): void {
  try {
    if (statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // No log yet.
  }
}

/**
 * One process of the instance in its own process group, so that the terminal's Ctrl-C reaches only the supervisor. It
 * restarts with backoff when it dies; its log is in a private file.
 */
export class SupervisedChild {
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #startedAt = 0;
  #isStopping = false;
  #hasBeenReady = false;
  #retry: NodeJS.Timeout | undefined;
  #resolveReady: () => void = () => undefined;
  #rejectReady: (reason: StartError) => void = () => undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process and waits until it says that it serves. */
  async start(): Promise<void> {
    const { name, logFile } = this.#options;
    const ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.#spawn();
    const watchdog = setTimeout(() => {
      this.#rejectReady(new StartError(`The ${name} did not start in time. See ${logFile}.`));
    }, READY_WATCHDOG_MS);
    await ready.finally(() => clearTimeout(watchdog));
  }

  #spawn(): void {
    rotate(this.#options.logFile);
    const log = openSync(this.#options.logFile, "a", 0o600);
    const child = spawn(process.execPath, this.#options.args, {
      cwd: this.#options.cwd,
      env: childEnvironment(this.#options.env),
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    this.#process = child;
    this.#startedAt = Date.now();
    child.on("message", (message) => {
      if (Reflect.get(Object(message), "ready") !== true) return;
      this.#hasBeenReady = true;
      this.#resolveReady();
      this.#options.onEvent({ kind: "ready", name: this.#options.name });
    });
    child.on("error", () => undefined);
    child.once("exit", () => void this.#ended());
  }

  async #ended(): Promise<void> {
    this.#process = undefined;
    if (this.#isStopping) return;
    if (!this.#hasBeenReady) {
      this.#rejectReady(
        new StartError(`The ${this.#options.name} could not start: ${await this.#lastLine()}`),
      );
      return;
    }
    if (Date.now() - this.#startedAt > STABLE_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const retryInMs = this.#backoffMs;
    this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
    this.#options.onEvent({ kind: "died", name: this.#options.name, retryInMs });
    this.#retry = setTimeout(() => this.#spawn(), retryInMs);
  }

  async #lastLine(): Promise<string> {
    const log = await readFile(this.#options.logFile, "utf8").catch(() => "");
    const lines = log.trimEnd().split("\n").slice(-40);
    const telling = lines.findLast((line) => /Error|error|cannot|missing/.test(line)) ?? lines.at(-1) ?? "";
    return `${telling.trim().slice(0, 300)} (log: ${this.#options.logFile})`;
  }

  /** SIGTERM, then SIGKILL for the whole group after `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#retry);
    const child = this.#process;
    if (child?.pid === undefined) return;
    const group = -child.pid;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const kill = setTimeout(() => killGroup(group), withinMs);
    await ended;
    clearTimeout(kill);
    // Processes that the child itself started and did not end.
    killGroup(group);
  }
}

function killGroup(group: number): void {
  try {
    process.kill(group, "SIGKILL");
  } catch {
    // The group is empty.
  }
}
