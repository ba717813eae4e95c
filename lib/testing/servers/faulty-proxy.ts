import "server-only";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a service does instead of answering. `cut` passes the call on and breaks off the answer. */
export type Fault = "slow" | "error" | "garbage" | "gone" | "cut" | "denied";

/** A proxy in front of a service, which can misbehave. */
export interface FaultyProxy {
  readonly url: string;
  /** Calls since the fault was set. */
  readonly calls: number;
  /** Sets the fault for the next calls, all of them by default; undefined for none. */
  set(fault: Fault | undefined, times?: number): void;
  close(): Promise<void>;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function pass(target: URL, incoming: IncomingMessage, answer: ServerResponse, isCut: boolean) {
  const body = await bodyOf(incoming);
  const { method, headers, url = "/" } = incoming;
  const outgoing = request({ host: target.hostname, port: target.port, path: url, method, headers });
  outgoing.once("error", () => answer.destroy());
  outgoing.once("response", async (reply) => {
    const whole = await bodyOf(reply);
    answer.writeHead(reply.statusCode ?? 500, reply.headers);
    if (!isCut) {
      answer.end(whole);
      return;
    }
    answer.write(whole.subarray(0, Math.floor(whole.length / 2)), () => answer.destroy());
  });
  outgoing.end(body);
}

/** Starts a proxy in front of `target`. `denied` is answered with these bytes: each protocol has its own. */
export async function startFaultyProxy(
  target: string,
  denied: { readonly status: number; readonly body: string },
): Promise<FaultyProxy> {
  let fault: Fault | undefined;
  let left = Number.POSITIVE_INFINITY;
  let calls = 0;
  const server = createServer((incoming, answer) => {
    calls += 1;
    const now = left > 0 ? fault : undefined;
    left -= 1;
    if (now === undefined || now === "cut") {
      void pass(new URL(target), incoming, answer, now === "cut");
    } else if (now === "gone") answer.destroy();
    else if (now === "error") answer.writeHead(500).end("internal error");
    else if (now === "garbage") {
      answer
        .writeHead(200, { "content-type": "application/json" })
        .end('{"data":{"plaintext":7},"Plaintext":');
    } else if (now === "denied")
      answer.writeHead(denied.status, { "content-type": "application/x-amz-json-1.1" }).end(denied.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get calls() {
      return calls;
    },
    set(next, times = Number.POSITIVE_INFINITY) {
      fault = next;
      left = times;
      calls = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
