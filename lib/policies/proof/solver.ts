import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { Question } from "./question";

/** What one question may take. */
export interface SolverLimits {
  /** Milliseconds of processor time, so that a busy machine does not change an outcome. */
  readonly ms: number;
  /** Milliseconds by the clock, with the start of the process. */
  readonly wallMs: number;
  readonly memoryMb: number;
}

export const SOLVER_LIMITS: SolverLimits = { ms: 20_000, wallMs: 120_000, memoryMb: 512 };

/** Why there is no answer. */
export type NoAnswer = "time" | "memory" | "ended" | "unknown";

export type SolverAnswer =
  | { readonly is: "unsat" }
  | { readonly is: "sat"; readonly values: string }
  | {
      readonly is: "none";
      readonly why: NoAnswer /** The beginning of what it said instead. */;
      readonly said?: string;
    };

/** Exit codes of the process when it grew beyond its memory, or used up its time (solver-process.mjs). */
const ENDS: ReadonlyMap<number | null, NoAnswer> = new Map([
  [70, "memory"],
  [71, "time"],
]);
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Time that an example may be improved, of a question's whole time. */
const PREFER_SHARE = 0.2;

/** Location of the program. The working folder is the program's own, bundled or not. */
function program(): string {
  return path.join(process.cwd(), "lib", "policies", "proof", "solver-process.mjs");
}

function start({ memoryMb, ms }: SolverLimits): ChildProcess {
  return spawn(process.execPath, ["--max-old-space-size=256", program(), String(memoryMb), String(ms)], {
    cwd: "/",
    env: { NODE_ENV: "production", PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdio: ["pipe", "pipe", "ignore"],
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readAnswer(line: string): SolverAnswer {
  const heard = Object(parse(line));
  const [answer, values] = [Reflect.get(heard, "answer"), Reflect.get(heard, "values")];
  if (answer === "unsat") return { is: "unsat" };
  if (answer === "sat" && typeof values === "string") return { is: "sat", values };
  const isMemory = typeof answer === "string" && /out of memory/.test(answer);
  return { is: "none", why: isMemory ? "memory" : "unknown", said: line.slice(0, 200) };
}

/**
 * A process of its own that answers questions one after the other. It never throws: a process that is killed, does not
 * start, takes too long or grows too large is "none" with the reason, for this and every later question.
 */
export class Solver {
  readonly #child: ChildProcess;
  #heard = "";
  #over: NoAnswer | undefined;
  #resolve: ((answer: SolverAnswer) => void) | undefined;

  constructor(private readonly limits: SolverLimits = SOLVER_LIMITS) {
    this.#child = start(limits);
    this.#child.once("error", () => this.#end("ended"));
    this.#child.once("exit", (code) => this.#end(ENDS.get(code) ?? "ended"));
    this.#child.stdout?.setEncoding("utf8");
    this.#child.stdout?.on("data", (text: string) => this.#hear(text));
    // The exit event reports a process that has ended.
    this.#child.stdin?.on("error", () => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks one question. `preferences` are terms that an example should have where it can. */
  ask({ text, symbols }: Question, preferences: readonly string[] = []): Promise<SolverAnswer> {
    const { ms, wallMs } = this.limits;
    const late = setTimeout(() => this.#kill("time"), wallMs);
    return new Promise<SolverAnswer>((resolve) => {
      if (this.#over !== undefined) return resolve({ is: "none", why: this.#over });
      this.#resolve = resolve;
      const line = { text, symbols, preferences, preferMs: ms * PREFER_SHARE };
      this.#child.stdin?.write(`${JSON.stringify(line)}\n`);
    }).finally(() => clearTimeout(late));
  }

  /** Ends the process at once. */
  stop(): void {
    this.#kill("ended");
  }

  #kill(why: NoAnswer): void {
    this.#end(why);
    this.#child.kill("SIGKILL");
  }

  #hear(text: string): void {
    this.#heard += text;
    if (this.#heard.length > MAX_ANSWER_BYTES) this.#kill("unknown");
    const cut = this.#heard.indexOf("\n");
    if (cut === -1) return;
    const line = this.#heard.slice(0, cut);
    this.#heard = this.#heard.slice(cut + 1);
    this.#settle(readAnswer(line));
  }

  #end(why: NoAnswer): void {
    this.#over ??= why;
    this.#settle({ is: "none", why: this.#over });
  }

  #settle(answer: SolverAnswer): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(answer);
  }
}
