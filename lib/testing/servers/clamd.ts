import "server-only";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clamdScanner } from "@/lib/access/documents/clamd";
import type { ScannerAddress } from "@/lib/env/scanner";
import { EICAR } from "@/lib/testing/benches/documents";

const PROGRAM = "/usr/sbin/clamd";
const WAIT_MS = 60_000;

/** Debian's clamd with a database of one line: it detects EICAR only. */
export interface Clamd {
  readonly address: ScannerAddress;
  close(): Promise<void>;
}

/** ClamAV's own signatures need a download. One line is enough to see that bytes are scanned. */
const SIGNATURE = `Sealport.Eicar:0:*:${Buffer.from(EICAR, "latin1").toString("hex")}\n`;

const settings = (dir: string): string =>
  [
    `LocalSocket ${dir}/clamd.sock`,
    `DatabaseDirectory ${dir}/signatures`,
    `TemporaryDirectory ${dir}`,
    "Foreground yes",
    "OfficialDatabaseOnly no",
    "ConcurrentDatabaseReload no",
    "",
  ].join("\n");

/** Starts clamd on a socket in its own folder. Throws where it is not installed: a test that needs it fails. */
export async function startClamd(): Promise<Clamd> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is needed (Debian: apt-get install clamav-daemon)`);
  const dir = await mkdtemp(path.join(tmpdir(), "sp-clamd-"));
  // Started as root, clamd changes to another user only if its settings name one. Here they do not.
  await chmod(dir, 0o755);
  await mkdir(path.join(dir, "signatures"));
  await writeFile(path.join(dir, "signatures", "sealport.ndb"), SIGNATURE);
  await writeFile(path.join(dir, "clamd.conf"), settings(dir));
  const child = spawn(PROGRAM, ["--config-file", path.join(dir, "clamd.conf")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listen = (chunk: Buffer): void => {
    output = (output + chunk.toString("utf8")).slice(-2_000);
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(dir, { recursive: true, force: true });
  };
  const address = { path: path.join(dir, "clamd.sock") };
  const scanner = clamdScanner(address);
  for (const until = Date.now() + WAIT_MS; ; ) {
    if ((await scanner.scan(Buffer.from("nothing"))).kind === "clean") return { address, close };
    if (child.exitCode !== null || Date.now() > until) {
      await close();
      throw new Error(`clamd does not serve: ${output}`);
    }
    await sleep(50);
  }
}

/** Starts a server that answers as a test wants: `speak` is called with each connection. */
export async function startFalseClamd(speak: (socket: Socket) => void): Promise<Clamd> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    speak(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new TypeError("no port");
  return {
    address: { host: "127.0.0.1", port: address.port },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
