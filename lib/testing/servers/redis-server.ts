import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

const PROGRAMS = { redis: "/usr/bin/redis-server", valkey: "/usr/bin/valkey-server" } as const;
const WAIT_MS = 60_000;

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** A server on this machine, which stores nothing on disk. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** A connection to inspect it. */
  readonly client: Redis;
  /** Sends SIGSTOP: the server accepts and does not answer. */
  hang(): void;
  /** Sends SIGCONT. */
  goOn(): void;
  /** Sends SIGKILL; `start` starts it again on the same port, empty. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What a test changes from the default. */
export interface RedisWish {
  readonly program?: keyof typeof PROGRAMS;
  /** Further arguments, such as `--requirepass`. */
  readonly args?: readonly string[];
  /** Port 0 leaves only TLS; its arguments name the other one. */
  readonly tls?: { readonly key: string; readonly certificate: string; readonly ca: string };
  readonly password?: string;
}

/** Returns whether this machine has the program. Valkey is tested where it is installed (issue 7), Redis everywhere. */
export function hasServer(program: keyof typeof PROGRAMS): boolean {
  return existsSync(PROGRAMS[program]);
}

function listening(port: number, { tls }: RedisWish): string[] {
  if (tls === undefined) return ["--port", String(port)];
  const files = ["--tls-key-file", tls.key, "--tls-cert-file", tls.certificate, "--tls-ca-cert-file", tls.ca];
  return ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no", ...files];
}

/** Starts redis-server (or Valkey) on a free port. Throws where it is not installed: a test that needs it fails. */
export async function startRedis(wish: RedisWish = {}): Promise<RedisServer> {
  const program = PROGRAMS[wish.program ?? "redis"];
  if (!existsSync(program))
    throw new Error(`${program} is needed (Debian: apt-get install ${path.basename(program)})`);
  const dir = await mkdtemp(path.join(tmpdir(), "sp-redis-"));
  const port = await freePort();
  const fixed = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  const secret = wish.password === undefined ? [] : ["--requirepass", wish.password];
  const args = [...listening(port, wish), ...fixed, ...secret, ...(wish.args ?? [])];
  let child: ChildProcess;
  let ended: Promise<void>;
  const client = new Redis({
    host: "127.0.0.1",
    port,
    lazyConnect: true,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    ...(wish.password === undefined ? {} : { password: wish.password }),
    ...(wish.tls === undefined ? {} : { tls: { rejectUnauthorized: false } }),
  });
  client.on("error", () => undefined);
  const start = async () => {
    let output = "";
    child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout?.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-2_000);
    });
    ended = new Promise((resolve) => child.once("close", () => resolve()));
    for (const until = Date.now() + WAIT_MS; ; await sleep(20)) {
      if (/ready to accept connections/i.test(output)) break;
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`${program} does not serve: ${output}`);
    }
    await client.connect().catch(() => undefined);
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  await start();
  const scheme = wish.tls === undefined ? "redis" : "rediss";
  const login = wish.password === undefined ? "" : `:${wish.password}@`;
  return {
    url: `${scheme}://${login}127.0.0.1:${port}`,
    port,
    client,
    hang: () => void child.kill("SIGSTOP"),
    goOn: () => void child.kill("SIGCONT"),
    kill,
    start,
    close: async () => {
      client.disconnect();
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
