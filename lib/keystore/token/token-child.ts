import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import path from "node:path";
import { bundleFolder } from "@/lib/env/bundle-folder";
import type { KeystoreError } from "@/lib/keystore/keystore-types";
import { unavailable } from "@/lib/keystore/roots/persist";
import { SERVICE } from "@/lib/keystore/roots/pkcs11-tool";

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const PATH = "/usr/local/bin:/usr/bin:/bin";

/** What the process is asked, in addition to its number. `token-process.mjs` has the acts. */
export type TokenOrder = { readonly act: string } & Readonly<Record<string, string>>;

interface Waiting {
  readonly n: number;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: KeystoreError) => void;
}

/** Location of the program. The working folder is the program's own where it is not a part's bundle. */
function program(): string {
  return path.join(bundleFolder() ?? process.cwd(), "lib", "keystore", "token", "token-process.mjs");
}

/** One token process: one line sent, one line returned. It ends for good at the first unexpected event. */
export class TokenChild {
  readonly #child: ChildProcess;
  #heard = "";
  #sent = 0;
  #waiting: Waiting | undefined;
  #over: KeystoreError | undefined;

  /** Starts it with only these variables. The PIN is not among them. */
  constructor(environment: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [program()], {
      cwd: "/",
      env: { NODE_ENV: "production", PATH, ...environment, UV_THREADPOOL_SIZE: "1" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#child = child;
    child.once("error", (cause) =>
      this.#end(unavailable(SERVICE, "is not reached: its process does not start", cause)),
    );
    child.once("exit", () => this.#end(unavailable(SERVICE, "is not reached: its process has ended")));
    child.stdout?.setEncoding("utf8");
    child.stdout?.on("data", (text: string) => this.#hear(text));
    // The exit event reports a process that has ended.
    child.stdin?.on("error", () => undefined);
    // A finished program is not kept alive. The watchdog keeps it alive during a call.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it was asked anything since its login. */
  get isFresh(): boolean {
    return this.#sent <= 2;
  }

  get hasEnded(): boolean {
    return this.#over !== undefined;
  }

  /** Sends one order and waits for its answer. The caller sends no second order before. The signal kills the process. */
  ask(order: TokenOrder, signal: AbortSignal): Promise<unknown> {
    const late = () => this.kill("does not answer in time");
    return new Promise<unknown>((resolve, reject) => {
      if (this.#over !== undefined) return reject(this.#over);
      this.#sent += 1;
      this.#waiting = { n: this.#sent, resolve, reject };
      signal.addEventListener("abort", late, { once: true });
      this.#child.stdin?.write(`${JSON.stringify({ n: this.#sent, ...order })}\n`);
    }).finally(() => signal.removeEventListener("abort", late));
  }

  /** Ends it at once, also when it is stopped or hangs. */
  kill(why: string): void {
    this.#child.kill("SIGKILL");
    this.#end(unavailable(SERVICE, why));
  }

  #hear(text: string): void {
    this.#heard += text;
    const cut = this.#heard.indexOf("\n");
    if (cut === -1 && this.#heard.length <= MAX_ANSWER_BYTES) return;
    const waiting = this.#waiting;
    const answer = parse(this.#heard.slice(0, cut));
    const isWhole = cut === this.#heard.length - 1;
    if (waiting === undefined || !isWhole || Reflect.get(Object(answer), "n") !== waiting.n) {
      this.kill("answers what was not asked");
      return;
    }
    this.#heard = "";
    this.#waiting = undefined;
    waiting.resolve(answer);
  }

  #end(error: KeystoreError): void {
    this.#over ??= error;
    this.#waiting?.reject(this.#over);
    this.#waiting = undefined;
    this.#heard = "";
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
