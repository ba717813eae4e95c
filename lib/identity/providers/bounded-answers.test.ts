import { createServer, type RequestListener, type Server } from "node:http";
import { custom, Issuer } from "openid-client";
import { afterEach, describe, expect, it } from "vitest";
import { boundedOptions, fetchJson } from "@/lib/identity/providers/bounded-answers";

const BOUNDS = { maxBytes: 10_000, maxMs: 400 };
let server: Server;

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Reads as the sign-in does: the configuration through openid-client, the keys by themselves. */
async function outcomes(url: string): Promise<string[]> {
  class Bounded extends Issuer {}
  Reflect.set(Bounded, custom.http_options, boundedOptions(BOUNDS));
  const tried = await Promise.allSettled([Bounded.discover(url), fetchJson(url, BOUNDS)]);
  return tried.map(({ status }) => status);
}

describe("answers of an identity provider", () => {
  it("of a usual size are read", async () => {
    const url = await serve((request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ issuer: `http://${request.headers.host}`, filling: "x".repeat(5_000) }));
    });
    expect(await outcomes(url)).toEqual(["fulfilled", "fulfilled"]);
  });

  it("that do not end are cut off at their limit", async () => {
    let sent = 0;
    const url = await serve((_request, response) => {
      const more = () => {
        while (response.write(" ".repeat(4_096))) sent += 4_096;
        response.once("drain", more);
      };
      more();
    });
    expect(await outcomes(url)).toEqual(["rejected", "rejected"]);
    // What the sockets of both ends hold is sent before the cut is seen.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it("that come drop by drop are cut off at their time", async () => {
    const began = Date.now();
    const url = await serve((_request, response) => {
      const drops = setInterval(() => response.write(" "), 20);
      response.once("close", () => clearInterval(drops));
    });
    expect(await outcomes(url)).toEqual(["rejected", "rejected"]);
    expect(Date.now() - began).toBeLessThan(10_000);
  });
});
