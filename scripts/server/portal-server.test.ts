import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { ERROR_CODES } from "@/lib/error-codes";
import { createPortalServer } from "./portal-server.mjs";
import { refuseEarly } from "./refuse-early.mjs";

// Raw sockets against the portal's own server with short times. No test waits for a clock: each waits for the answer,
// or for the end of the connection.

const server = { current: createPortalServer() };
const seen: {
  started: number;
  whole: number;
  cut: number;
  url?: string | undefined;
  host?: string | undefined;
} = {
  started: 0,
  whole: 0,
  cut: 0,
};

beforeEach(async () => {
  Object.assign(seen, { started: 0, whole: 0, cut: 0 });
  server.current = createPortalServer({
    headersMs: 300,
    requestMs: 600,
    keepAliveMs: 300,
    checkMs: 50,
    lingerMs: 100,
  });
  server.current.on("request", (request, response) => {
    if (refuseEarly(request, response)) return;
    seen.started += 1;
    seen.url = request.url;
    seen.host = request.headers.host;
    request.on("aborted", () => {
      seen.cut += 1;
    });
    request.on("error", () => undefined);
    request.on("end", () => {
      seen.whole += 1;
      response.end("read");
    });
    request.resume();
  });
  server.current.listen(0, "127.0.0.1");
  await once(server.current, "listening");
});
afterEach(() => {
  server.current.closeAllConnections();
  server.current.close();
});

function portOf(): number {
  const address: string | AddressInfo | null = server.current.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Sends these pieces and keeps its side open. Returns what the server sent until it closed its side. */
async function talk(...pieces: readonly string[]): Promise<string> {
  const socket = connect({ port: portOf(), host: "127.0.0.1", allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => void chunks.push(chunk));
  socket.on("error", () => undefined);
  for (const piece of pieces) socket.write(piece, "latin1");
  await Promise.race([once(socket, "end"), once(socket, "close")]);
  return Buffer.concat(chunks).toString("utf8");
}

async function openConnections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server.current.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}

async function untilGone(): Promise<void> {
  while ((await openConnections()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

const Problem = z.strictObject({
  type: z.string().startsWith("urn:sealport:problem:request."),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string().min(1),
  code: z.string().startsWith("request."),
  request_id: z.uuid(),
});

/** The refusal on the wire: its status line, its headers and its members agree. */
function problemIn(text: string): z.infer<typeof Problem> {
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const [line = "", ...headers] = head.split("\r\n");
  const named = Object.fromEntries(
    headers.map((one) => [one.split(": ")[0]?.toLowerCase(), one.split(": ")[1]]),
  );
  const problem = Problem.parse(JSON.parse(body));
  const listed: Readonly<Record<string, readonly unknown[]>> = ERROR_CODES;
  expect(listed[problem.code], problem.code).toEqual([problem.status, problem.title]);
  expect(line).toContain(` ${problem.status} `);
  expect(named).toMatchObject({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-request-id": problem.request_id,
    connection: "close",
  });
  return problem;
}

const HOST = "host: localhost\r\n";

it.each<readonly [string, number, readonly string[]]>([
  ["headers that do not end", 408, ["GET / HTTP/1.1\r\nhost: local"]],
  ["a body that does not come", 408, [`POST / HTTP/1.1\r\n${HOST}content-length: 5\r\n\r\n`]],
  ["a body of which half comes", 408, [`POST / HTTP/1.1\r\n${HOST}content-length: 5\r\n\r\nab`]],
  [
    "chunks that do not end",
    408,
    [`POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n2\r\nab\r\n`],
  ],
])(
  "%s are cut by the server's own time limit, and the connection is closed",
  async (_what, status, pieces) => {
    const { status: given, code } = problemIn(await talk(...pieces));
    expect([given, code]).toEqual([status, "request.timeout"]);
    await untilGone();
  },
);

it("a sender of one byte now and then gains no time by it, and others are answered meanwhile", async () => {
  const slow = connect({ port: portOf(), host: "127.0.0.1", allowHalfOpen: true });
  slow.on("error", () => undefined).resume();
  slow.write(`POST / HTTP/1.1\r\n${HOST}content-length: 1000000\r\n\r\n`);
  const drip = setInterval(() => slow.writable && slow.write("a"), 20);
  const other = await talk(`POST / HTTP/1.1\r\n${HOST}connection: close\r\ncontent-length: 2\r\n\r\nab`);
  expect(other).toContain("200 OK");
  await Promise.race([once(slow, "end"), once(slow, "close")]);
  await untilGone();
  clearInterval(drip);
  expect(seen).toMatchObject({ started: 2, whole: 1 });
});

it("a connection without a request is closed", async () => {
  const socket = connect({ port: portOf(), host: "127.0.0.1" });
  socket.on("error", () => undefined).resume();
  await once(socket, "close");
  await untilGone();
});

it("a hundred slow senders are all disconnected", async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => talk(`POST / HTTP/1.1\r\n${HOST}content-length: 9\r\n\r\n`)),
  );
  expect(answers.filter((answer) => answer.includes(" 408 "))).toHaveLength(100);
  await untilGone();
});

it.each<readonly [string, number, string]>([
  ["100 KB of one header", 431, `GET / HTTP/1.1\r\n${HOST}x: ${"a".repeat(100_000)}\r\n\r\n`],
  ["100 KB of many headers", 431, `GET / HTTP/1.1\r\n${HOST}${"x: aaaaaaaa\r\n".repeat(8_000)}\r\n`],
  ["a target of 100 KB", 431, `GET /${"a".repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`],
  ["two lengths", 400, `POST / HTTP/1.1\r\n${HOST}content-length: 2\r\ncontent-length: 3\r\n\r\nab`],
  [
    "a length and chunks",
    400,
    `POST / HTTP/1.1\r\n${HOST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ["a negative length", 400, `POST / HTTP/1.1\r\n${HOST}content-length: -1\r\n\r\n`],
  ["a length with a sign", 400, `POST / HTTP/1.1\r\n${HOST}content-length: +2\r\n\r\nab`],
  ["chunks of no size", 400, `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\nzz\r\nab\r\n`],
  [
    "a chunk that is longer than it says",
    400,
    `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`,
  ],
  [
    "an encoding after chunked",
    400,
    `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
  ],
  ["a header that continues in the next line", 400, `GET / HTTP/1.1\r\n${HOST}x: a\r\n b\r\n\r\n`],
  ["a blank before a colon", 400, `GET / HTTP/1.1\r\n${HOST}content-length : 2\r\n\r\nab`],
  ["NUL in a header", 400, `GET / HTTP/1.1\r\n${HOST}x: a\u0000b\r\n\r\n`],
  ["a line feed without a carriage return", 400, `GET / HTTP/1.1\n${HOST}\n\n`],
  ["no host", 400, "GET / HTTP/1.1\r\n\r\n"],
  ["an unknown method", 400, `BREW / HTTP/1.1\r\n${HOST}\r\n`],
  ["another protocol", 400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
  ["an unknown HTTP version", 400, `GET / HTTP/9.9\r\n${HOST}\r\n`],
])("%s is refused with %i and never passed on", async (_what, status, text) => {
  const answer = await talk(text);
  expect(problemIn(answer).status).toBe(status);
  expect(seen.whole).toBe(0);
  await untilGone();
});

it("TRACE is answered 405 with the allowed methods, and echoes nothing", async () => {
  const answer = await talk(`TRACE /confidential/x?token=1 HTTP/1.1\r\n${HOST}cookie: secret=1\r\n\r\n`);
  expect(problemIn(answer)).toMatchObject({ status: 405, instance: "/confidential/x" });
  expect(answer).toMatch(/\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/);
  expect(answer).not.toContain("secret");
});

it("a target that names another host is this server's own path, so that it leads no client there", async () => {
  await talk(`GET http://other.example:81/a/../b%2F?c=//d HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`);
  expect(seen).toMatchObject({ url: "/a/../b%2F?c=//d", host: "other.example:81" });
  await talk(`GET HTTPS://other.example HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`);
  expect(seen).toMatchObject({ started: 2, url: "/", host: "other.example" });
});

it("OPTIONS of the whole server names the methods; any other target without a path is refused", async () => {
  const answer = await talk(`OPTIONS * HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 204 No Content\r\n/);
  expect(answer).toMatch(/\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/);
  for (const target of ["*", "http://", "http:///x", "ftp://other.example/x", "http://a b/"])
    expect(problemIn(await talk(`GET ${target} HTTP/1.1\r\n${HOST}\r\n`)).status, target).toBe(400);
  expect(seen.started).toBe(0);
});

it("a client that asks for another protocol is answered in this one", async () => {
  for (const protocol of ["h2c", "websocket"])
    expect(
      await talk(`GET / HTTP/1.1\r\n${HOST}connection: upgrade, close\r\nupgrade: ${protocol}\r\n\r\n`),
    ).toContain("200 OK");
});

it("an unknown expectation is refused, and `100-continue` is met", async () => {
  const post = (expected: string) =>
    talk(
      `POST /x HTTP/1.1\r\n${HOST}expect: ${expected}\r\nconnection: close\r\ncontent-length: 2\r\n\r\nab`,
    );
  expect(problemIn(await post("200-ok"))).toMatchObject({ status: 417, instance: "/x" });
  expect(seen.started).toBe(0);
  const met = await post("100-continue");
  expect(met).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  expect(seen.whole).toBe(1);
});

it("a sender that disconnects in the middle is detected", async () => {
  const socket = connect({ port: portOf(), host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.write(`POST / HTTP/1.1\r\n${HOST}content-length: 5\r\n\r\nab`);
  await once(server.current, "request");
  socket.destroy();
  await untilGone();
  expect(seen).toMatchObject({ started: 1, whole: 0, cut: 1 });
  expect(await talk(`GET / HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`)).toContain("200 OK");
});
