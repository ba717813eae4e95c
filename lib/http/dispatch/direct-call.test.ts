import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, expect, it, vi } from "vitest";
import { BODY_LIMITS, readBody } from "@/lib/http/body/read-body";
import { readDirectCall, sendAnswer } from "@/lib/http/dispatch/direct-call";
import type { CallRequest } from "@/lib/http/endpoint/call-request";
import type { HttpAnswer } from "@/lib/http/endpoint/http-answer";

// The direct way over real sockets: what is read of a call and how its answer is sent.

type Answering = (call: CallRequest) => HttpAnswer | Promise<HttpAnswer>;

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

async function serve(answering: Answering): Promise<number> {
  server = createServer((incoming, outgoing) => {
    Promise.resolve(answering(readDirectCall(incoming)))
      .then((answer) => sendAnswer(answer, incoming, outgoing))
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

function send(
  port: number,
  { method = "GET", path = "/x", headers = {}, body }: Sent = {},
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, method, path, headers, agent: false }, (received) => {
      const chunks: Buffer[] = [];
      received.on("data", (chunk: Buffer) => chunks.push(chunk));
      received.on("error", reject);
      received.on("end", () =>
        resolve({ status: received.statusCode, headers: received.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on("error", reject);
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

const json = (value: unknown): HttpAnswer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

it("a call arrives with its method, path, query, headers and body", async () => {
  const port = await serve(async (call) =>
    json({
      method: call.method,
      path: call.url.pathname + call.url.search,
      own: call.headers.get("X-Own"),
      missing: [call.headers.get("constructor"), call.headers.has("__proto__"), call.headers.has("x-own")],
      body: Buffer.from(await readBody(call, 100)).toString(),
    }),
  );
  const answer = await send(port, {
    method: "POST",
    path: "/a/b?c=%20d",
    headers: { "x-own": "1" },
    body: "hello",
  });
  expect(JSON.parse(answer.body.toString())).toEqual({
    method: "POST",
    path: "/a/b?c=%20d",
    own: "1",
    missing: [null, false, true],
    body: "hello",
  });
  expect(answer.headers["content-length"]).toBe(String(answer.body.length));
});

it("a sender whose body is too large or not wanted reads its answer", async () => {
  const refused = { status: 413, headers: { "content-type": "application/json" }, body: "{}" };
  const port = await serve(async (call) => {
    if (call.url.pathname === "/unread") return refused;
    return readBody(call, BODY_LIMITS.plain).then(
      () => json("read"),
      () => refused,
    );
  });
  const body = Buffer.alloc(12_000_000, " ");
  for (const path of ["/unread", "/limited"])
    expect((await send(port, { method: "POST", path, body })).status, path).toBe(413);
});

it("a body whose sender leaves is an error, before and during its reading", async () => {
  const begun: string[] = [];
  const outcomes: string[] = [];
  let gone: (() => void) | undefined;
  const port = await serve(async (call) => {
    begun.push(call.url.pathname);
    if (call.url.pathname === "/late") await new Promise<void>((resolve) => (gone = resolve));
    outcomes.push(
      await readBody(call, 100).then(
        () => "read",
        (error: Error) => error.name,
      ),
    );
    return json("x");
  });
  server?.on("connection", (socket) => socket.on("close", () => setImmediate(() => gone?.())));
  for (const path of ["/late", "/now"]) {
    const socket = connect(port, "127.0.0.1");
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf`);
    await vi.waitFor(() => expect(begun).toContain(path));
    socket.destroy();
    await once(socket, "close");
  }
  await vi.waitFor(() => expect(outcomes).toEqual(["DomainError", "DomainError"]));
});

it("HEAD, 204 and 304 have no body, and the connection serves the next call", async () => {
  const port = await serve((call) => ({
    status: Number(call.url.pathname.slice(1)),
    headers: { "x-own": "1" },
    body: null,
  }));
  for (const [method, status] of [
    ["HEAD", 200],
    ["GET", 204],
    ["GET", 304],
  ] as const) {
    const answer = await send(port, { method, path: `/${status}` });
    expect([answer.status, answer.headers["x-own"], answer.body.length]).toEqual([status, "1", 0]);
    expect(answer.headers["transfer-encoding"]).toBeUndefined();
  }
});

const LONG = { text: "a".repeat(5_000) };

it("an answer is compressed only if that pays, the client takes it and it may be changed", async () => {
  const kinds: Readonly<Record<string, HttpAnswer>> = {
    "/long": json(LONG),
    "/short": json({}),
    "/fixed": {
      ...json(LONG),
      headers: { ...json(LONG).headers, "cache-control": "no-store, no-transform" },
    },
    "/bytes": {
      status: 200,
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.alloc(5_000),
    },
    "/stream": {
      status: 200,
      headers: { "content-type": "text/csv; charset=utf-8" },
      body: new Blob(["a,b\n".repeat(5_000)]).stream(),
    },
  };
  const port = await serve((call) => kinds[call.url.pathname] ?? json(null));
  const coding = async (path: string, accepted?: string) => {
    const headers: Record<string, string> = accepted === undefined ? {} : { "accept-encoding": accepted };
    const answer = await send(port, { path, headers });
    return [answer.headers["content-encoding"], answer.headers.vary];
  };
  for (const accepted of ["gzip", "br, gzip;q=0.5", "deflate, GZIP"])
    expect(await coding("/long", accepted), accepted).toEqual(["gzip", "Accept-Encoding"]);
  for (const accepted of [undefined, "br", "gzip;q=0", "gzip;q=0.0, br", "x-gzipped"])
    expect(await coding("/long", accepted), accepted).toEqual([undefined, "Accept-Encoding"]);
  expect(await coding("/short", "gzip")).toEqual([undefined, "Accept-Encoding"]);
  expect(await coding("/fixed", "gzip")).toEqual([undefined, undefined]);
  expect(await coding("/bytes", "gzip")).toEqual([undefined, undefined]);
  const whole = await send(port, { path: "/long", headers: { "accept-encoding": "gzip" } });
  expect(JSON.parse(gunzipSync(whole.body).toString())).toEqual(LONG);
  const streamed = await send(port, { path: "/stream", headers: { "accept-encoding": "gzip" } });
  expect(gunzipSync(streamed.body).toString()).toBe("a,b\n".repeat(5_000));
});

it("events reach a client as they happen, compressed or not", async () => {
  const headers = { "content-type": "text/event-stream" };
  const port = await serve(() => ({
    status: 200,
    headers,
    body: new ReadableStream({ start: (body) => body.enqueue(Buffer.from("data: 1\n\n")) }),
  }));
  for (const accepted of ["identity", "gzip"]) {
    const first = await new Promise<Buffer>((resolve, reject) => {
      const sent = request({ port, agent: false, headers: { "accept-encoding": accepted } }, (received) => {
        received.once("data", (chunk: Buffer) => {
          resolve(chunk);
          sent.destroy();
        });
      });
      sent.on("error", reject);
      sent.end();
    });
    expect(first.length, accepted).toBeGreaterThan(5);
  }
});

it("a stream waits for a slow reader, and ends when the reader leaves", async () => {
  let pulled = 0;
  let isCancelled = false;
  const CHUNK = 65_536;
  const port = await serve(() => ({
    status: 200,
    headers: { "content-type": "application/octet-stream" },
    body: new ReadableStream<Uint8Array>({
      pull: (body) => {
        pulled += 1;
        body.enqueue(new Uint8Array(CHUNK));
      },
      cancel: () => {
        isCancelled = true;
      },
    }),
  }));
  const socket = connect(port, "127.0.0.1");
  socket.pause();
  socket.write("GET /x HTTP/1.1\r\nhost: x\r\n\r\n");
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = pulled > 0 && pulled === before;
      before = pulled;
      expect(isStill).toBe(true);
    },
    { timeout: 20_000, interval: 300 },
  );
  // What the sockets and their buffers take, and not the endless stream.
  expect(pulled * CHUNK).toBeLessThan(64 * 1_048_576);
  socket.destroy();
  await vi.waitFor(() => expect(isCancelled).toBe(true));
});
