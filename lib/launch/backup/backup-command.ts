import "server-only";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { JOURNAL_FILE, REGISTRATIONS_FILE } from "@/lib/custodian/journal/journal";
import { commandWords } from "@/lib/env/backup";
import { PART_PATHS } from "@/lib/ipc/part-paths";
import type { ServiceHandler } from "@/lib/ipc/server";
import { runLoop } from "@/lib/jobs/run-loop";
import { BACKUP_FILE } from "@/lib/keystore/backup/record";
import { fileState } from "@/lib/keystore/files/atomic-file";
import { KEYSTORE_FILE } from "@/lib/keystore/files/keystore-file";
import type { Logger } from "@/lib/telemetry/logger";

const PERIOD_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
/** A run that takes longer is ended and has failed. */
const LIMIT_MS = 10 * 60_000;
/** All that a run finds in its environment: no variable of the custodian. */
const ENVIRONMENT = { NODE_ENV: "production", PATH: "/usr/local/bin:/usr/bin:/bin" } as const;

/** Where the custodian keeps what a backup of it has. */
interface CustodianFiles {
  readonly rosterFile: string;
  /** The folder of the two journals. */
  readonly dir: string;
  readonly keyDir: string;
  /** The file that opens the others, if there is one. No run gets it, also not by another name. */
  readonly kekFile?: string | undefined;
}

/** A run that did not end well. The code says how, for the log. */
class BackupCommandError extends Error {
  override readonly name = "BackupCommandError";

  constructor(readonly code: string) {
    super(`BACKUP_COMMAND failed: ${code}`);
  }
}

function isOfKeystore(name: string): boolean {
  return name === KEYSTORE_FILE || name === BACKUP_FILE || name.endsWith(".key.json");
}

/**
 * Names the files in the order in which copies of them fit together: the journal names lines of the registrations, and an
 * epoch's key is made before the journal announces it, so KEY_DIR is read after the journal's run. Of KEY_DIR it names what
 * is sealed: neither KEK_FILE, which opens the others, nor the password that `npm start` keeps there.
 */
function* filesOf({ rosterFile, dir, keyDir }: CustodianFiles): Generator<string> {
  yield path.resolve(rosterFile);
  for (const name of [JOURNAL_FILE, REGISTRATIONS_FILE]) yield path.resolve(dir, name);
  for (const name of readdirSync(keyDir).filter(isOfKeystore).sort()) yield path.resolve(keyDir, name);
}

/** Ends a process and all that it started, which is in its group. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // The group is empty, or another user's. Neither can be ended from here.
  }
}

/**
 * Runs the operator's command for each file of the custodian that changed since its last good run, one at a time. It looks
 * at the files and is not called by what changes them, so no call of the custodian waits for a run, and a change during a run
 * gets one run more. A new process knows of no run: it gives each file once, also one that changed before it began.
 */
export class BackupCommand {
  /** The state of each file that its last good run was given. */
  readonly #given = new Map<string, string>();
  #hasFailed = false;

  constructor(
    private readonly command: string,
    private readonly files: CustodianFiles,
    private readonly stop: AbortSignal,
    private readonly limitMs = LIMIT_MS,
  ) {}

  /** Repeats the pass each second until the stop. A failure is the alarm `backup-command.failed`. */
  async keepRunning(logger: Logger): Promise<void> {
    const options = { name: "backup-command", periodMs: PERIOD_MS, maxBackoffMs: MAX_BACKOFF_MS };
    await runLoop({ ...options, signal: this.stop, logger }, async () => {
      await this.pass();
      return { more: false };
    });
  }

  /** Runs the command for what changed. Throws the first failure after the last file. What failed is given again in the next pass. */
  async pass(): Promise<void> {
    const failures: unknown[] = [];
    try {
      for (const file of filesOf(this.files)) {
        // Before the run: a change during it counts as a new one.
        const state = fileState(file);
        if (state === undefined || state === this.#given.get(file) || this.isKek(state)) continue;
        await this.run(file).then(
          () => this.#given.set(file, state),
          (error: unknown) => {
            // At once: the runs after it may take long.
            this.#hasFailed ||= !this.stop.aborted;
            failures.push(error);
          },
        );
        if (this.stop.aborted) return;
      }
    } catch (error) {
      failures.push(error);
    }
    this.#hasFailed = failures.length > 0;
    if (this.#hasFailed) throw failures[0];
  }

  /** Returns the custodian's interface, whose health says so while runs fail. */
  reportIn(handler: ServiceHandler): ServiceHandler {
    return async (request) => {
      const answer = await handler(request);
      if (request.path !== PART_PATHS.health || answer.status !== 200 || !this.#hasFailed) return answer;
      return { ...answer, body: { ...Object(answer.body), backup_command: "failed" } };
    };
  }

  private isKek(state: string): boolean {
    const { kekFile } = this.files;
    return kekFile !== undefined && state === fileState(kekFile);
  }

  private run(file: string): Promise<void> {
    const [program, ...args] = commandWords(this.command);
    return new Promise((resolve, reject) => {
      const child = spawn(program, [...args, file], {
        cwd: "/",
        env: ENVIRONMENT,
        // A group of its own, so that the end of a run is that of all its processes.
        detached: true,
        stdio: "ignore",
      });
      const end = (): void => killGroup(child.pid);
      const settle = (code: string): void => {
        clearTimeout(limit);
        this.stop.removeEventListener("abort", end);
        process.removeListener("exit", end);
        // What the program started ends with it.
        end();
        if (code === "0") resolve();
        else reject(new BackupCommandError(code));
      };
      // Also a run that cannot be ended is over then, and counts as failed.
      const limit = setTimeout(() => settle("time-limit"), this.limitMs);
      this.stop.addEventListener("abort", end, { once: true });
      process.once("exit", end);
      child.once("error", (error) => settle(String(Reflect.get(error, "code"))));
      child.once("exit", (code, killedBy) => settle(String(code ?? killedBy)));
    });
  }
}
