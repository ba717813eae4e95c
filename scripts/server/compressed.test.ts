import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compressBuild, compressedFiles, serveCompressed } from "./compressed.mjs";

const SCRIPT = `export const words = "${"a word and another ".repeat(200)}";`;
let root: string;
let server: Server;

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), "sealport-compressed-"));
  mkdirSync(path.join(root, ".next/static/chunks"), { recursive: true });
  writeFileSync(path.join(root, ".next/static/chunks/one.js"), SCRIPT);
  writeFileSync(path.join(root, ".next/static/chunks/small.js"), "1");
  writeFileSync(path.join(root, "secret.js.br"), "secret");
  compressBuild(root);
  const known = compressedFiles(root);
  server = createServer((incoming, response) => {
    if (!serveCompressed(known, incoming, response)) response.writeHead(404).end("left to Next");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly bytes: Buffer;
}

function get(target: string, encoding: string | undefined, method = "GET"): Promise<Answer> {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const headers = encoding === undefined ? {} : { "accept-encoding": encoding };
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: address.port, path: target, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) }),
      );
    })
      .on("error", reject)
      .end();
  });
}

test("a client that takes Brotli gets a script compressed and whole", async () => {
  const answer = await get("/_next/static/chunks/one.js?dpl=1", "gzip, deflate, br, zstd");
  expect(answer.status).toBe(200);
  expect(answer.headers["content-encoding"]).toBe("br");
  expect(answer.headers.vary).toBe("Accept-Encoding");
  expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(answer.headers["x-frame-options"]).toBe("DENY");
  expect(answer.bytes.length).toBeLessThan(SCRIPT.length / 4);
  expect(brotliDecompressSync(answer.bytes).toString()).toBe(SCRIPT);
});

test("HEAD has the same headers and no body", async () => {
  const answer = await get("/_next/static/chunks/one.js", "br", "HEAD");
  expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
});

test.each([
  ["who does not take it", "/_next/static/chunks/one.js", "gzip"],
  ["who refuses it", "/_next/static/chunks/one.js", "br;q=0, gzip"],
  ["who says nothing", "/_next/static/chunks/one.js", undefined],
  ["a small file", "/_next/static/chunks/small.js", "br"],
  ["a way out of the folder", "/_next/static/../../secret.js", "br"],
  ["an encoded way out", "/_next/static/%2e%2e/%2e%2e/secret.js", "br"],
  ["the twin itself", "/_next/static/chunks/one.js.br", "br"],
] as const)("%s is left to Next", async (_what, target, encoding) => {
  expect((await get(target, encoding)).bytes.toString()).toBe("left to Next");
});

test("another method is left to Next", async () => {
  expect((await get("/_next/static/chunks/one.js", "br", "POST")).status).toBe(404);
});
