import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { refuseEarly } from "./refuse-early.mjs";

type Answer = readonly [number | undefined, string | undefined];

function statusOf(port: number, method: string, headers: string[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = ["host", "127.0.0.1", ...headers];
    const call = request({ port, host: "127.0.0.1", method, path: "/any", headers: all }, (reply) => {
      reply.resume();
      resolve([reply.statusCode, reply.headers["content-type"]]);
    });
    call.on("error", reject).end();
  });
}

/** A server that answers 204 where it does not refuse. */
async function withServer(use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((incoming, response) => {
    if (!refuseEarly(incoming, response)) response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: string | AddressInfo | null = server.address();
  try {
    await use(typeof address === "object" && address !== null ? address.port : 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it("methods that Next cannot read are answered with a problem document", () =>
  withServer(async (port) => {
    for (const method of ["TRACE", "PROPFIND", "PURGE"])
      expect(await statusOf(port, method)).toEqual([405, "application/problem+json"]);
    for (const method of ["GET", "DELETE"]) expect((await statusOf(port, method))[0]).toBe(204);
  }));

it("a call with two credentials of one kind is refused, also with the same one twice", () =>
  withServer(async (port) => {
    const one = ["Authorization", "Bearer one"];
    expect((await statusOf(port, "GET", [...one, "X-Api-Key", "two"]))[0]).toBe(204);
    for (const other of [one, ["authorization", "Bearer two"], ["AUTHORIZATION", ""]])
      expect(await statusOf(port, "GET", [...one, ...other])).toEqual([400, "application/problem+json"]);
    const twice = ["X-Api-Key", "one", "x-api-key", "two"];
    expect(await statusOf(port, "GET", twice)).toEqual([400, "application/problem+json"]);
  }));
