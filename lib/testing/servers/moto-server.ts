import "server-only";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAM = "/usr/bin/moto_server";
const WAIT_MS = 120_000;

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Debian's emulator of AWS, which includes KMS. */
export interface MotoServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts moto_server on a free port. Throws where it is not installed: a test that needs it fails and is not skipped. */
export async function startMoto(): Promise<MotoServer> {
  if (!existsSync(PROGRAM))
    throw new Error(`${PROGRAM} is needed (Debian: apt-get install python3-moto python3-flask-cors)`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(PROGRAM, ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  for (const until = Date.now() + WAIT_MS; ; ) {
    const isUp = await fetch(`${url}/moto-api/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return { url, close };
    if (child.exitCode !== null || Date.now() > until) {
      await close();
      throw new Error(`moto_server does not serve: ${output}`);
    }
    await sleep(100);
  }
}
