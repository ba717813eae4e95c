import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { type ServiceHandler, type ServiceServer, serveHttp } from "@/lib/ipc/server";

let folder: string;
let url: string;
let server: ServiceServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ipc-"));
  url = `unix:${path.join(folder, "s.sock")}`;
});
afterEach(async () => {
  await server?.close(0);
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function serve(handler: ServiceHandler, maxBodyBytes = 1_000): Promise<void> {
  server = await serveHttp(url, handler, { maxBodyBytes });
}

const post = (body: unknown, timeoutMs = 5_000): ReturnType<typeof callService> =>
  callService(url, { method: "POST", path: "/p?x=1", body, timeoutMs });

test("a call and its answer arrive whole, over a socket only its owner may open", async () => {
  await serve(async ({ method, path: at, query, body }) => ({
    status: 201,
    body: { method, at, x: query.get("x"), got: JSON.parse(body.toString()) },
  }));
  const reply = await post({ a: 1 });
  expect(reply.status).toBe(201);
  expect(JSON.parse(reply.body.toString())).toEqual({ method: "POST", at: "/p", x: "1", got: { a: 1 } });
  expect((await stat(path.join(folder, "s.sock"))).mode & 0o077).toBe(0);
});

test("a group can get access to the socket, and an unknown group is named", async () => {
  const options = { socketGroup: String(process.getgid?.()) };
  server = await serveHttp(url, async () => ({ status: 200 }), options);
  const modes = [await stat(folder), await stat(path.join(folder, "s.sock"))].map(({ mode }) => mode & 0o777);
  expect(modes).toEqual([0o710, 0o660]);
  const other = `unix:${path.join(folder, "t.sock")}`;
  const unknown = serveHttp(other, async () => ({ status: 200 }), { socketGroup: "no-such-group" });
  await expect(unknown).rejects.toThrow(/SOCKET_GROUP .* no-such-group/);
});

test("bytes go through unchanged", async () => {
  await serve(async ({ body }) => ({ status: 200, body }));
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  expect(new Uint8Array((await post(bytes)).body)).toEqual(bytes);
});

test("a body over the bound is refused, also without a declared length", async () => {
  await serve(async () => ({ status: 200 }));
  expect((await post("x".repeat(1_001))).status).toBe(413);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(path.join(folder, "s.sock"), () => {
      socket.write("POST / HTTP/1.1\r\nhost: s\r\ntransfer-encoding: chunked\r\n\r\n");
      socket.write(`7d0\r\n${"x".repeat(2_000)}\r\n`);
    });
    socket.once("data", (chunk: Buffer) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.on("error", () => undefined);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413/);
});

test("a handler that throws answers 500 without a detail", async () => {
  await serve(async () => {
    throw new Error("a secret reason");
  });
  const reply = await post({});
  expect(reply.status).toBe(500);
  expect(reply.body.toString()).toBe("");
});

test("no service, a silent one and an endless answer are all ServiceUnavailable", async () => {
  await expect(post({})).rejects.toBeInstanceOf(ServiceUnavailable);
  await serve(() => new Promise(() => undefined));
  await expect(post({}, 50)).rejects.toThrow(/in time/);
  await server?.close(0);
  await serve(async () => ({ status: 200, body: "y".repeat(5_000) }));
  await expect(
    callService(url, { method: "GET", path: "/", timeoutMs: 5_000, maxBytes: 100 }),
  ).rejects.toThrow(/too large/);
});
