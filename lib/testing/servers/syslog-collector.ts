import "server-only";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createSecureServer } from "node:tls";
import type { Collector } from "@/lib/env/collector";
import { issue } from "@/lib/testing/servers/time-stamp-authority";

/** A collector of syslog over TCP or TLS that takes frames by their length only, and reads each connection to its end. */
export interface SyslogCollector {
  readonly collector: Collector;
  readonly messages: string[];
  readonly connections: () => number;
  /** Cuts the next connection when so many messages of it were read. */
  cutAfter(count: number): void;
  close(): Promise<void>;
}

/** Takes whole frames from the front of what was received. Throws for a frame that does not begin with its length. */
function takeFrames(received: Buffer, take: (message: string) => void): Buffer {
  let rest = received;
  for (;;) {
    const space = rest.indexOf(0x20);
    if (space === -1) return rest;
    const length = rest.subarray(0, space).toString("latin1");
    if (!/^[1-9][0-9]{0,6}$/.test(length)) throw new Error(`not a length: ${length.slice(0, 40)}`);
    const end = space + 1 + Number(length);
    if (rest.length < end) return rest;
    take(rest.subarray(space + 1, end).toString("utf8"));
    rest = rest.subarray(end);
  }
}

/** Starts a collector on this machine, with TLS if wanted. */
export async function openSyslogCollector({ isSecure = false } = {}): Promise<SyslogCollector> {
  const dir = await mkdtemp(path.join(tmpdir(), "sp-syslog-"));
  const messages: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  let cut: number | undefined;
  const serve = (socket: Socket): void => {
    connections += 1;
    open.add(socket);
    const own: string[] = [];
    let rest: Buffer = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      rest = takeFrames(Buffer.concat([rest, chunk]), (message) => own.push(message));
      if (cut === undefined || own.length < cut) return;
      messages.push(...own.splice(0, cut));
      cut = undefined;
      socket.resetAndDestroy();
    });
    socket.on("end", () => {
      messages.push(...own.splice(0));
      socket.end();
    });
  };
  let server: Server;
  let ca: string | undefined;
  if (isSecure) {
    const { certificate, key } = await issue(dir, "collector", {
      extensions: "basicConstraints=critical,CA:TRUE\nsubjectAltName=IP:127.0.0.1\n",
    });
    ca = await readFile(certificate, "utf8");
    server = createSecureServer({ cert: ca, key: await readFile(key, "utf8"), allowHalfOpen: true }, serve);
  } else server = createServer({ allowHalfOpen: true }, serve);
  // A connection whose handshake fails has no secure socket.
  server.on("connection", (raw: Socket) => {
    open.add(raw);
    raw.on("error", () => undefined).on("close", () => open.delete(raw));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const name = `${isSecure ? "tls" : "tcp"}://127.0.0.1:${port}`;
  return {
    collector: { name, host: "127.0.0.1", port, isSecure, ...(ca === undefined ? {} : { ca }) },
    messages,
    connections: () => connections,
    cutAfter: (count) => {
      cut = count;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
