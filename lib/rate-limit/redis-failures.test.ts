import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openRedisCounters, type RedisOptions } from "@/lib/rate-limit/redis-counters";
import { type RedisServer, type RedisWish, startRedis } from "@/lib/testing/servers/redis-server";
import { openssl } from "@/lib/testing/servers/time-stamp-authority";

/** A window that no test runs into the end of. */
const budget = { limit: 50, windowSeconds: 400 * 86_400, fails: "closed" } as const;
const WAIT = { timeout: 150_000, interval: 20 } as const;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(wish?: RedisWish): Promise<RedisServer> {
  const server = await startRedis(wish);
  open.push(server.close);
  return server;
}

function count(options: Omit<RedisOptions, "onError">) {
  const codes: string[] = [];
  const counters = openRedisCounters({ ...options, onError: (code) => codes.push(code) });
  open.push(counters.close);
  const limiter = counters.ratelimit("open", budget);
  const patient = openRedisCounters({ ...options, drawMs: 120_000 });
  open.push(patient.close);
  const unhurried = patient.ratelimit("open", budget);
  return {
    counters,
    /** Each has its own connection. */
    areUp: async () => (await counters.isUp()) && (await patient.isUp()),
    codes,
    hasty: (actor = "actor-1") => limiter.limit(actor),
    draw: (actor = "actor-1") => unhurried.limit(actor),
    giveBack: () => unhurried.giveBack("actor-1"),
  };
}

async function comesBack({ areUp, draw }: ReturnType<typeof count>): Promise<void> {
  await expect.poll(areUp, WAIT).toBe(true);
  expect((await draw("another")).success).toBe(true);
}

it("a draw that is given back did not count", async () => {
  const side = count(await serve());
  expect((await side.draw()).remaining).toBe(49);
  await side.giveBack();
  expect((await side.draw()).remaining).toBe(49);
});

it("a killed server refuses draws at once and counts again when it is back", async () => {
  const server = await serve();
  const side = count(server);
  await side.draw();
  await server.kill();
  await expect(side.draw()).rejects.toThrow();
  expect(await side.counters.isUp()).toBe(false);
  await server.start();
  await comesBack(side);
});

it("a server that was not there at first is found when it comes", async () => {
  const server = await serve();
  await server.kill();
  const side = count(server);
  await expect(side.draw()).rejects.toThrow();
  expect(side.codes).toContain("ECONNREFUSED");
  await server.start();
  await comesBack(side);
});

it("a hung server is an error and allows no call", async () => {
  const server = await serve();
  const side = count(server);
  await side.draw();
  server.hang();
  const draws = await Promise.allSettled(Array.from({ length: 60 }, () => side.hasty()));
  expect(draws.filter(({ status }) => status === "fulfilled")).toEqual([]);
  server.goOn();
  await comesBack(side);
  // A refused draw may have been counted nevertheless.
  expect((await side.draw()).limit).toBe(50);
});

it("a server that answers and is too slow to count is not up", async () => {
  const server = await serve();
  const side = count(server);
  await side.draw();
  await server.client.call("CLIENT", "PAUSE", "1000000", "WRITE");
  await expect(side.hasty()).rejects.toThrow("in time");
  expect(await side.counters.isUp()).toBe(false);
  await server.client.call("CLIENT", "UNPAUSE");
  await comesBack(side);
});

it("a server that lost its data or its scripts counts from zero, exactly", async () => {
  const server = await serve();
  const side = count(server);
  await side.draw();
  await server.client.flushall();
  await server.client.script("FLUSH");
  const draws = await Promise.all(Array.from({ length: 200 }, () => side.draw()));
  expect(draws.filter(({ success }) => success)).toHaveLength(50);
});

it("a server out of memory is an error", async () => {
  const server = await serve();
  const side = count(server);
  await side.draw();
  await server.client.config("SET", "maxmemory", "1");
  await expect(side.draw()).rejects.toThrow();
  await server.client.config("SET", "maxmemory", "0");
  await comesBack(side);
});

describe("a server with a password", () => {
  it("counts for a client with its password, and shows the reason only there", async () => {
    const server = await serve({ password: "the right one" });
    const right = count({ url: `redis://:${encodeURIComponent("the right one")}@127.0.0.1:${server.port}` });
    expect((await right.draw()).success).toBe(true);
    const [none, wrong] = ["", ":wrong@"].map((login) =>
      count({ url: `redis://${login}127.0.0.1:${server.port}` }),
    );
    await expect(none?.draw()).rejects.toThrow();
    await expect(wrong?.draw()).rejects.toThrow();
    await expect.poll(() => none?.codes, WAIT).toContain("NOAUTH");
    await expect.poll(() => wrong?.codes, WAIT).toContain("WRONGPASS");
  });
});

it("TLS is checked against the authority that is named, and no other is believed", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "sp-redis-tls-"));
  open.push(() => rm(dir, { recursive: true, force: true }));
  const [key, certificate] = ["key", "certificate"].map((name) => path.join(dir, `${name}.pem`));
  if (key === undefined || certificate === undefined) throw new TypeError("no names");
  const names = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl("req", "-x509", ...curve, ...names, "-keyout", key, "-out", certificate);
  const server = await serve({ tls: { key, certificate, ca: certificate } });
  const known = count({ url: server.url, ca: await readFile(certificate, "utf8") });
  expect((await known.draw()).success).toBe(true);
  const unknown = count({ url: server.url });
  await expect(unknown.draw()).rejects.toThrow();
  await expect.poll(() => unknown.codes, WAIT).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
  const plain = count({ url: `redis://127.0.0.1:${server.port}` });
  await expect(plain.draw()).rejects.toThrow();
});

describe("another server than Redis", () => {
  it.each([
    ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["an endless line", "+".repeat(100_000)],
    ["answers of the wrong kind", "+OK\r\n".repeat(20)],
    ["invalid counts", "*2\r\n$-1\r\n$-1\r\n".repeat(20)],
  ])("gives no draw: %s", async (_, answer) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      socket.on("data", () => void socket.write(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    const side = count({ url: `redis://127.0.0.1:${typeof address === "object" ? address?.port : 0}` });
    await expect(side.hasty()).rejects.toThrow();
    await expect(side.hasty()).rejects.toThrow();
    expect(await side.counters.isUp()).toBe(false);
  });
});

it("a counter ends with its window, without a further call", async () => {
  const server = await serve();
  const side = count(server);
  await side.draw();
  const keys = await server.client.keys("*");
  expect(keys).toEqual([expect.stringMatching(/^sealport:limit:open:actor-1:\d+$/)]);
  expect(await server.client.pttl(keys[0] ?? "")).toBeGreaterThan(0);
});
