import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { faultOfCall, proofOf, reachAddress } from "@/lib/administration/readiness/reach-address";
import { siteOf } from "@/lib/identity/sign-in/site";

const secret = { sessionSecret: new Uint8Array(32).fill(7) };
const site = siteOf({ PORTAL_ORIGIN: "https://portal.example", HOST: "127.0.0.1", PORT: 3000 });
const cx = { ...secret, site };
const servers: ReturnType<typeof createServer>[] = [];

/** A server in place of the portal's address, reached without its TLS. */
async function standIn(answer: RequestListener): Promise<typeof fetch> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return (input, init) => {
    const url = new URL(String(input));
    return fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, init);
  };
}
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const nonceOf = (url: string | undefined) => new URL(url ?? "", "http://x").searchParams.get("nonce") ?? "";
const proving =
  (of: typeof secret): RequestListener =>
  (request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ proof: proofOf(of, nonceOf(request.url)) }));
  };

describe("the address of the portal", () => {
  it("is reached where a portal with this instance's secret answers", async () => {
    const result = await reachAddress(cx, await standIn(proving(secret)));
    expect(result).toMatchObject({ state: "done", facts: { host: "portal.example" } });
  });

  it("is not reached where another server, another instance or a redirection answers", async () => {
    const other = { sessionSecret: new Uint8Array(32).fill(8) };
    for (const answer of [
      proving(other),
      (_request, response) => response.end("<html>"),
      (_request, response) => response.writeHead(302, { location: "https://elsewhere.example" }).end(),
      (_request, response) => response.end(JSON.stringify({ proof: "not a proof" })),
    ] satisfies RequestListener[])
      expect(await reachAddress(cx, await standIn(answer))).toMatchObject({ cause: "other_instance" });
    const away: RequestListener = (_request, response) => response.writeHead(502).end();
    expect(await reachAddress(cx, await standIn(away))).toMatchObject({
      cause: "answer",
      facts: { status: "502" },
    });
  });

  it("must be https", async () => {
    const plain = siteOf({ HOST: "127.0.0.1", PORT: 3000 });
    expect(await reachAddress({ ...secret, site: plain })).toMatchObject({ cause: "plain_http" });
  });

  it.each([
    ["ENOTFOUND", "no_such_host"],
    ["ECONNREFUSED", "unreachable"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["CERT_HAS_EXPIRED", "certificate"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "certificate"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate"],
  ])("that fails with %s is named as %s", (code, cause) => {
    const error = new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code }) });
    expect(faultOfCall(error, "portal.example")).toMatchObject({ cause, facts: { host: "portal.example" } });
  });

  it("that gives no answer in time is named so", () => {
    expect(faultOfCall(new DOMException("late", "TimeoutError"), "h")).toMatchObject({ cause: "timeout" });
  });
});
