import "server-only";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import type { Collector } from "@/lib/env/collector";

/** A collector that takes nothing for so long is away. */
const SILENCE_MS = 10_000;

/** The collector did not take a batch whole. Its message has no content of an entry. */
export class CollectorError extends Error {
  override readonly name = "CollectorError";
  constructor(readonly code: string) {
    super(`the collector did not take the messages: ${code}`);
  }
}

function open({ host, port, isSecure, ca }: Collector): Socket {
  if (!isSecure) return connect({ host, port, allowHalfOpen: true });
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectSecurely({ host, port, minVersion: "TLSv1.2", ...name, ...(ca === undefined ? {} : { ca }) });
}

/** A message with its length before it (RFC 6587 section 3.4.1, RFC 5425 section 4.3). */
function framed(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

function codeOf(error: Error): string {
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" ? code : error.name;
}

/**
 * Sends messages on one connection, ends it, and waits until the collector has ended it too. Syslog has no
 * acknowledgement; but a collector that answers the end with its own has read everything before it. Throws CollectorError
 * otherwise: it may have taken a part.
 */
export function sendMessages(collector: Collector, messages: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open(collector);
    let isSent = false;
    let failure: CollectorError | undefined;
    const fail = (code: string): void => {
      failure ??= new CollectorError(code);
      socket.destroy();
    };
    socket.setTimeout(SILENCE_MS, () => fail("ETIMEDOUT"));
    socket.on("error", (error) => fail(codeOf(error)));
    socket.once(collector.isSecure ? "secureConnect" : "connect", () => {
      socket.end(messages.map(framed).join(""), () => {
        isSent = true;
      });
    });
    // What a collector says is not read into anything: the protocol has no answer.
    socket.resume();
    socket.on("end", () => {
      if (!isSent) fail("EPIPE");
    });
    socket.on("close", () =>
      failure === undefined && isSent ? resolve() : reject(failure ?? new CollectorError("EPIPE")),
    );
  });
}
