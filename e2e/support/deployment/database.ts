import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { findFreePort, waitUntil } from "@/lib/testing/instance/instance";
import { giveTo, privateFolder, type Running, run, start, TSX } from "./users";

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

/** Starts the operator's own PostgreSQL: its own user, a port, passwords by SCRAM. */
export async function startOwnDatabase(folder: string): Promise<OwnDatabase> {
  const env = { LC_ALL: "C", TZ: "UTC" };
  const bin = await run("tests", [...TSX, "--input-type=module", "--eval", PRINT_BINARIES, folder], env);
  privateFolder("postgres", folder);
  const password = randomBytes(18).toString("hex");
  const passwordFile = path.join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o400 });
  giveTo("postgres", passwordFile);
  const data = path.join(folder, "data");
  const access = ["--username", "dba", "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const form = ["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"];
  await run("postgres", [path.join(bin, "initdb"), "--pgdata", data, ...access, ...form], env);
  const port = await findFreePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    fsync: "off",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = start("postgres", [path.join(bin, "postgres"), "-D", data, ...flags], env);
  await waitUntil("PostgreSQL accepts connections", async () => {
    if (server.child.exitCode !== null) throw new Error(server.output());
    return server.output().includes("ready to accept connections");
  });
  return { adminUrl: `postgresql://dba:${password}@127.0.0.1:${port}/postgres`, stop: () => end(server) };
}

/** Fast shutdown. */
async function end({ child, ended }: Running): Promise<void> {
  child.kill("SIGINT");
  await ended;
}
