import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { refuseEarly } from "./refuse-early.mjs";

function statusOf(port: number, method: string): Promise<readonly [number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: "127.0.0.1", method, path: "/any" }, (reply) => {
      reply.resume();
      resolve([reply.statusCode, reply.headers["content-type"]]);
    });
    call.on("error", reject).end();
  });
}

it("methods that Next cannot read are answered with a problem document", async () => {
  const server = createServer((incoming, response) => {
    if (!refuseEarly(incoming, response)) response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: string | AddressInfo | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  for (const method of ["TRACE", "PROPFIND", "PURGE"])
    expect(await statusOf(port, method)).toEqual([405, "application/problem+json"]);
  for (const method of ["GET", "DELETE"]) expect((await statusOf(port, method))[0]).toBe(204);
  server.closeAllConnections();
  server.close();
});
