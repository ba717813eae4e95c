import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdirSync } from "node:fs";
import path from "node:path";
import { entersImage } from "./in-image";

// The parts' own Unix users. The kernel tells users apart by number alone, so that no account has to be made on this machine.
export const TSX = [process.execPath, "--import", "tsx", "--conditions=react-server"] as const;
export const ROOT = path.resolve(import.meta.dirname, "../../..");

/** The parts, the database's server and the operator who makes the instance. */
export const USERS = ["portal", "worker", "signer", "custodian", "witness", "operator"] as const;
export type User = (typeof USERS)[number] | "postgres" | "nobody" | "tests";

const FIRST = 59_701;
const NOBODY = 65_534;

function accountNumber(flag: "-u" | "-g"): number {
  return Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
}

function numberOf(user: Exclude<User, "tests" | "postgres">): number {
  return user === "nobody" ? NOBODY : FIRST + USERS.indexOf(user);
}

function reasonForOneUser(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "the tests do not run as root on Linux";
  const as = { uid: NOBODY, gid: NOBODY, cwd: "/" };
  const isReadable = (name: string) => spawnSync("test", ["-r", path.join(ROOT, name)], as).status === 0;
  if (isReadable("package.json") && isReadable("node_modules/tsx/package.json")) return undefined;
  return `other users cannot read the program's folder ${ROOT}`;
}

/** Why all parts run under the user of the tests; undefined where each has its own. */
export const oneUserReason = reasonForOneUser();

/** Returns user and group for a new process; none for the user of the tests itself. */
export function ids(user: User): { readonly uid?: number; readonly gid?: number } {
  // PostgreSQL never runs as root. initdb looks its user up: the one that the program makes for the embedded PostgreSQL.
  if (user === "postgres" && process.getuid?.() === 0)
    return { uid: accountNumber("-u"), gid: accountNumber("-g") };
  if (oneUserReason !== undefined || user === "tests" || user === "postgres") return {};
  return { uid: numberOf(user), gid: numberOf(user) };
}

/** Gives a file or folder to a user. */
export function giveTo(user: User, file: string): void {
  const { uid, gid } = ids(user);
  if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
}

/** Makes a folder that this user alone can enter. */
export function privateFolder(user: User, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveTo(user, folder);
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Returns all that it has printed so far. */
  output(): string;
}

export type Variables = Readonly<Record<string, string>>;

/** Whom a program that enters an image runs as there, and the folder that it finds there. */
function imageVariables(user: User, command: readonly string[], { HOME = "/" }: Variables): Variables {
  if (!entersImage(command)) return {};
  const { uid = 0, gid = 0 } = ids(user);
  return { IMAGE_USER: `${uid}:${gid}`, IMAGE_BASE: path.dirname(HOME) };
}

/** Starts a program of the program's folder as a user, with these variables alone. A tethered one ends when the tests end. */
export function start(user: User, command: readonly string[], env: Variables, isTethered = false): Running {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    // PostgreSQL's user may not be able to enter the program's folder.
    cwd: user === "postgres" ? "/" : ROOT,
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH ?? "",
      ...env,
      ...imageVariables(user, command, env),
    },
    stdio: ["pipe", "pipe", "pipe", ...(isTethered ? (["ipc"] as const) : [])],
    ...(entersImage(command) ? {} : ids(user)),
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A program that ended does not read its input.
  child.stdin?.on("error", () => undefined);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended, output: () => stdout + stderr };
}

/** Runs a program as a user to its end. Throws with its output for any exit code but 0. */
export async function run(user: User, command: readonly string[], env: Variables): Promise<string> {
  const running = start(user, command, env);
  running.child.stdin?.end();
  const { code, stdout, stderr } = await running.ended;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
