import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { floorHeaders } from "./floor-headers.mjs";

/** Headers of an answer as it arrives. */
async function answeredBy(answer: (response: ServerResponse) => void): Promise<Headers> {
  const server = createServer((_, response) => {
    floorHeaders(response);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: string | AddressInfo | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const { headers } = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
    return headers;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const NAMES = ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"];
const of = (headers: Headers) => NAMES.map((name) => headers.get(name));
const FLOOR = [
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "nosniff",
  "DENY",
  "no-referrer",
];

it("an answer without security headers gets the least ones, however its head is written", async () => {
  const redirect = await answeredBy((response) => response.writeHead(308, { location: "/x" }).end("/x"));
  expect(of(redirect)).toEqual(FLOOR);
  expect(redirect.get("location")).toBe("/x");
  expect(of(await answeredBy((response) => response.end("by itself")))).toEqual(FLOOR);
  const written = await answeredBy((response) => {
    response.statusCode = 404;
    response.write("a");
    response.end("b");
  });
  expect(of(written)).toEqual(FLOOR);
});

it("what an answer says itself stays, in whichever way and case, and is there once", async () => {
  const own = "default-src 'none'";
  const before = await answeredBy((response) => {
    response.setHeader("Content-Security-Policy", own);
    response.end();
  });
  expect(of(before)).toEqual([own, ...FLOOR.slice(1)]);
  const other = await answeredBy((response) =>
    response.writeHead(200, { "Content-Security-Policy": own, "X-Frame-Options": "SAMEORIGIN" }).end(),
  );
  expect(of(other)).toEqual([own, "nosniff", "SAMEORIGIN", "no-referrer"]);
  const listed = await answeredBy((response) =>
    response.writeHead(200, ["Content-Security-Policy", own]).end(),
  );
  expect(of(listed)).toEqual([own, ...FLOOR.slice(1)]);
});
