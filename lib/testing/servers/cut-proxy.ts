import "server-only";
import { createServer, connect as openSocket, type Socket } from "node:net";

/** A proxy in front of a database's port. It can break connections, refuse them, or stop passing bytes on. */
export interface CutProxy {
  /** The given URL, with this proxy in place of its server. */
  readonly url: string;
  /** Bytes that callers sent since the start or the last `cutAfter`. */
  readonly sent: number;
  /** Passes this many more bytes of callers on, then breaks every connection; undefined for no limit. */
  cutAfter(bytes: number | undefined): void;
  /** Breaks all connections, and refuses new ones until `restore`. */
  goAway(): void;
  /** Keeps connections open and passes nothing on until `restore`. */
  fallSilent(): void;
  restore(): void;
  /** New connections reach this server from now on, as an address does that follows the primary. */
  leadTo(url: string): void;
  close(): Promise<void>;
}

type State = "passes" | "away" | "silent";

class Passing {
  state: State = "passes";
  sent = 0;
  left = Number.POSITIVE_INFINITY;
  readonly #sockets = new Set<Socket>();

  add(...sockets: readonly Socket[]): void {
    for (const socket of sockets) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        for (const other of sockets) other.destroy();
      });
    }
  }

  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Passes what is still allowed of a caller's bytes. */
  pass(bytes: Buffer, to: Socket): void {
    this.sent += bytes.length;
    if (this.state === "silent") return;
    const allowed = bytes.subarray(0, this.left);
    this.left -= allowed.length;
    if (allowed.length === bytes.length) to.write(allowed);
    else to.write(allowed, () => this.breakAll());
  }
}

/** Opens the server of a database URL, at its port or its socket file. */
function openServer(url: string): Socket {
  const { hostname, port, searchParams } = new URL(url);
  const folder = searchParams.get("host");
  return folder === null
    ? openSocket(Number(port), hostname)
    : openSocket(`${folder}/.s.PGSQL.${searchParams.get("port") ?? (port || "5432")}`);
}

/** Starts the proxy in front of the server of a database URL. */
export async function startCutProxy(url: string): Promise<CutProxy> {
  const passing = new Passing();
  let target = url;
  const server = createServer((caller) => {
    if (passing.state === "away") {
      caller.destroy();
      return;
    }
    const database = openServer(target);
    passing.add(caller, database);
    caller.on("data", (bytes: Buffer) => passing.pass(bytes, database));
    database.on("data", (bytes: Buffer) => {
      if (passing.state !== "silent") caller.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const own = new URL(url);
  own.searchParams.delete("host");
  own.searchParams.delete("port");
  own.hostname = "127.0.0.1";
  own.port = String(typeof address === "object" ? address?.port : 0);
  return {
    url: own.href,
    get sent() {
      return passing.sent;
    },
    cutAfter(bytes = Number.POSITIVE_INFINITY) {
      passing.sent = 0;
      passing.left = bytes;
    },
    goAway() {
      passing.state = "away";
      passing.breakAll();
    },
    fallSilent() {
      passing.state = "silent";
    },
    restore() {
      passing.state = "passes";
    },
    leadTo(next) {
      target = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        passing.breakAll();
      }),
  };
}
