import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findFreePort, waitUntil } from "@/lib/testing/instance/instance";
import { giveTo, ids, privateFolder, ROOT, run, TSX } from "./users";

export interface OwnDatabase {
  /** The login of the database's administrator. */
  readonly adminUrl: string;
  stop(): Promise<void>;
}

/** Prints the folder of PostgreSQL's programs, in a place that other users can enter. */
const PRINT_BINARIES = `
  const { findServerAccount } = await import("./lib/db/embedded/account.ts");
  const { installBinaries } = await import("./lib/db/embedded/binaries.ts");
  process.stdout.write(await installBinaries(findServerAccount(), process.argv[1]));`;
const ENV = { LC_ALL: "C", TZ: "UTC" };

/** Makes the files of a server whose administrator has this password. */
async function initialise(bin: string, folder: string, password: string): Promise<string> {
  privateFolder("postgres", folder);
  const passwordFile = path.join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o400 });
  giveTo("postgres", passwordFile);
  const data = path.join(folder, "data");
  const access = ["--username", "dba", "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const form = ["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"];
  await run("postgres", [path.join(bin, "initdb"), "--pgdata", data, ...access, ...form], ENV);
  return data;
}

/** Starts the operator's own PostgreSQL: its own user, a port, passwords by SCRAM. It ends with the tests, however they end. */
export async function startOwnDatabase(folder: string): Promise<OwnDatabase> {
  const bin = await run("tests", [...TSX, "--input-type=module", "--eval", PRINT_BINARIES, folder], ENV);
  const password = randomBytes(18).toString("hex");
  const data = await initialise(bin, folder, password);
  const port = await findFreePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    fsync: "off",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const logFile = path.join(folder, "postgres.log");
  const { uid, gid } = ids("postgres");
  const order = {
    ...{ program: path.join(bin, "postgres"), args: ["-D", data, ...flags], env: ENV, logFile },
    account: { uid, gid, isOther: uid !== undefined },
  };
  const guard = spawn(
    process.execPath,
    [path.join(ROOT, "lib/db/embedded/guard.mjs"), JSON.stringify(order)],
    {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    },
  );
  const ended = once(guard, "exit");
  await waitUntil("PostgreSQL accepts connections", async () => {
    const log = guard.exitCode === null ? readFileSync(logFile, { encoding: "utf8", flag: "a+" }) : "";
    if (guard.exitCode !== null) throw new Error("PostgreSQL has ended");
    return log.includes("ready to accept connections");
  });
  const stop = async (): Promise<void> => {
    guard.send({ stopWithinMs: 5_000 });
    await ended;
  };
  return { adminUrl: `postgresql://dba:${password}@127.0.0.1:${port}/postgres`, stop };
}
