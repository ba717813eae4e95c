import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What one round of calls reached. */
export interface Round {
  readonly calls: number;
  readonly seconds: number;
  /** Milliseconds of each call. */
  readonly times: readonly number[];
  /** Calls that an overloaded server refused with 503. They are not in the figures above. */
  readonly refused: number;
}

/** One call of a round: the bytes to send and the status that the answer must have. */
export interface Sent {
  readonly bytes: Buffer;
  readonly status: number;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Returns a request as bytes of HTTP/1.1 for a kept connection. */
export function requestBytes({ method, path, headers, body }: Asked): Buffer {
  const lines = Object.entries({ host: "127.0.0.1", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const length = body === undefined ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}${length}\r\n${body ?? ""}`);
}

const END_OF_HEAD = "\r\n\r\n";
const OVERLOADED = "503";
/** How long a caller waits after it was refused. */
const BACK_OFF_MS = 100;
const LAST_CHUNK = "0\r\n\r\n";

/** Returns whether the answer is here in full: by its length, or by its last chunk. */
function isWhole(answer: Buffer): boolean {
  const end = answer.indexOf(END_OF_HEAD);
  if (end < 0) return false;
  const head = answer.toString("latin1", 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return answer.length >= end + END_OF_HEAD.length + Number(length);
  if (/\r\ntransfer-encoding: chunked/i.test(head))
    return answer.toString("latin1", answer.length - LAST_CHUNK.length) === LAST_CHUNK;
  return true;
}

/**
 * A kept connection with one call at a time. It does no more than the calls need, because its CPU time is taken from the servers that
 * are measured.
 */
class KeptConnection {
  private chunks: Buffer[] = [];
  private settle: { resolve(answer: string): void; reject(error: Error): void } | undefined;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.take(chunk));
    socket.on("error", (error) => this.settle?.reject(error));
    socket.on("close", () => this.settle?.reject(new Error("the connection was closed before the answer")));
  }

  private take(chunk: Buffer): void {
    this.chunks.push(chunk);
    const answer = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    if (!isWhole(answer)) return;
    this.chunks = [];
    const { settle } = this;
    this.settle = undefined;
    settle?.resolve(answer.toString());
  }

  /** Sends a call and waits for its whole answer. Returns false if the server is overloaded. Throws if the status is another one. */
  async call({ bytes, status }: Sent): Promise<boolean> {
    const answer = await new Promise<string>((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(bytes);
    });
    const seen = answer.slice(9, 12);
    if (seen === OVERLOADED) return false;
    if (seen !== String(status)) throw new Error(`not ${status}: ${answer.slice(0, 2_000)}`);
    return true;
  }

  end(): void {
    this.socket.destroy();
  }
}

function open(port: number): Promise<KeptConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(new KeptConnection(socket));
    });
  });
}

/** Makes one call on a connection of its own. */
export async function callOnce(port: number, sent: Sent): Promise<void> {
  const connection = await open(port);
  try {
    if (!(await connection.call(sent))) throw new Error("the server is overloaded");
  } finally {
    connection.end();
  }
}

/** Calls over this many kept connections until the time is over or `next` has no further call. */
export async function callFor(
  { port, connections, seconds }: { port: number; connections: number; seconds: number },
  next: () => Sent | undefined,
): Promise<Round> {
  const kept = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const times: number[] = [];
  let refused = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  try {
    await Promise.all(
      kept.map(async (connection) => {
        while (performance.now() < end) {
          const sent = next();
          if (sent === undefined) return;
          const began = performance.now();
          if (await connection.call(sent)) times.push(performance.now() - began);
          else {
            refused += 1;
            await sleep(BACK_OFF_MS);
          }
        }
      }),
    );
  } finally {
    for (const connection of kept) connection.end();
  }
  return { calls: times.length, seconds: (performance.now() - start) / 1000, times, refused };
}
