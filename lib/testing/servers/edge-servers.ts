import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { findServerAccount } from "@/lib/db/embedded/account";
import { findFreePort, waitUntil } from "@/lib/testing/instance/instance";

// Debian's pgbouncer and nginx for tests, with the settings of docs/scaling.md and deploy/proxy/nginx.conf.
const ROOT = path.resolve(import.meta.dirname, "../../..");
const PGBOUNCER = "/usr/sbin/pgbouncer";
const NGINX = "/usr/sbin/nginx";

function reason(program: string, name: string): string | undefined {
  return existsSync(program) ? undefined : `${name} is not installed (Debian: apt-get install ${name})`;
}

/** Why these servers cannot be used here; undefined where they can. */
export const noPgbouncer = reason(PGBOUNCER, "pgbouncer");
export const noNginx = reason(NGINX, "nginx-light");

export interface EdgeServer {
  readonly port: number;
  close(): Promise<void>;
}

async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", end(true)).once("error", end(false));
  });
}

interface Program {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly who?: { readonly uid: number; readonly gid: number };
  readonly port: number;
  readonly folder: string;
}

async function serve({ name, program, args, who, port, folder }: Program): Promise<EdgeServer> {
  const child: ChildProcess = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: folder,
    ...who,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-4_000);
    });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // The servers end with the tests, however these end.
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  await waitUntil(`${name} serves`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} has ended: ${output}`);
    return isOpen(port);
  });
  return {
    port,
    close: async () => {
      process.removeListener("exit", end);
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(patience);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The logins that a pooler lets through, with their passwords. */
export type PoolerLogins = Readonly<Record<string, string>>;

/** What a test sets of a pooler. */
export interface PoolerWish {
  readonly poolSize?: number;
  /** The tenant that every connection of the pooler names, as docs/guides/tenants.md has it. */
  readonly tenantId?: string | undefined;
}

/** Starts pgbouncer in transaction mode before the PostgreSQL of this machine that a URL names. */
export async function startPgbouncer(
  databaseUrl: string,
  logins: PoolerLogins,
  { poolSize = 10, tenantId }: PoolerWish = {},
) {
  if (noPgbouncer !== undefined) throw new Error(noPgbouncer);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-pgbouncer-"));
  const port = await findFreePort();
  const server = new URL(databaseUrl);
  const host = server.searchParams.get("host") ?? server.hostname;
  const file = (name: string, text: string): string => {
    const at = path.join(folder, name);
    writeFileSync(at, text, { mode: 0o600 });
    return at;
  };
  const users = Object.entries(logins).map(([name, password]) => `"${name}" "${password}"\n`);
  const tenant = tenantId === undefined ? "" : ` connect_query='SET sealport.tenant = ''${tenantId}'''`;
  const settings = file(
    "pgbouncer.ini",
    `[databases]
* = host=${host} port=${server.port === "" ? 5432 : server.port}${tenant}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${file("users.txt", users.join(""))}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
max_prepared_statements = 500
server_login_retry = 1
ignore_startup_parameters = options, statement_timeout, lock_timeout, idle_in_transaction_session_timeout
`,
  );
  const { uid, gid, isOther } = findServerAccount();
  if (isOther) for (const at of [folder, settings, path.join(folder, "users.txt")]) chownSync(at, uid, gid);
  const who = isOther ? { who: { uid, gid } } : {};
  return serve({ name: "pgbouncer", program: PGBOUNCER, args: [settings], ...who, port, folder });
}

/** Returns a database URL with the pooler's address in place of the server's. */
export function throughPooler(url: string, { port }: EdgeServer): string {
  const at = new URL(url);
  [at.hostname, at.port] = ["127.0.0.1", String(port)];
  at.searchParams.delete("host");
  return at.href;
}

/** The proxy's file of a release, for these portals, without TLS. The answer names its portal. */
function proxyFile(port: number, [first, second]: readonly [number, number]): string {
  return readFileSync(path.join(ROOT, "deploy/proxy/nginx.conf"), "utf8")
    .replace("127.0.0.1:3000", `127.0.0.1:${first}`)
    .replace("127.0.0.1:3001", `127.0.0.1:${second}`)
    .replace("listen 443 ssl;", `listen 127.0.0.1:${port};\nadd_header X-Portal $upstream_addr always;`)
    .replace(/^ *(ssl_|server_name|.*X-Forwarded-Proto).*$/gm, "")
    .replace("$host;", "$http_host;");
}

/** Starts nginx before two portals at these ports of this machine: one call after the other goes to the next of them. */
export async function startNginx(portals: readonly [number, number]): Promise<EdgeServer> {
  if (noNginx !== undefined) throw new Error(noNginx);
  const folder = mkdtempSync(path.join(tmpdir(), "sealport-nginx-"));
  const port = await findFreePort();
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  );
  const settings = path.join(folder, "nginx.conf");
  writeFileSync(
    settings,
    `daemon off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
access_log off;
${places.join("\n")}
${proxyFile(port, portals)}
}
`,
  );
  return serve({
    ...{ name: "nginx", program: NGINX, args: ["-p", folder, "-c", settings, "-e", "stderr"], port, folder },
  });
}
