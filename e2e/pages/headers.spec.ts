import { connect } from "node:net";
import { expect, test } from "@playwright/test";
import { demo } from "../support/instance";
import { expectPageHeaders } from "../support/page-headers";
import { PAGES } from "../support/pages";
import { signedIn } from "../support/signed-in";

// What only a built portal can show: headers of static files, redirects, and answers that Next makes itself. e2e/deep/gates.spec.ts checks those of
// each page.

const at = (path: string) => new URL(path, demo().base_url).href;

/** Headers of answers that Next makes itself, such as the redirect for a trailing slash. */
const FLOOR = {
  "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
} as const;

test("every page without a session, missing page and redirect has its policy and headers", async () => {
  for (const path of [
    ...PAGES.map(({ path }) => path),
    "/no/such/page",
    "/transactions/",
    "/confidentialX",
    "/%2e%2e/etc/passwd",
  ]) {
    const response = await fetch(at(path), { redirect: "manual" });
    expect([path, response.status < 500]).toEqual([path, true]);
    if (response.status !== 308) expectPageHeaders(response.headers, `${path} ${response.status}`);
    else
      for (const [name, value] of Object.entries(FLOOR))
        expect([path, name, response.headers.get(name)]).toEqual([path, name, value]);
  }
});

test("the session cookie is HTTP-only and same-site, and no other cookie is set", async ({ browser }) => {
  const { page } = await signedIn(browser, "client-456");
  const cookies = await page.context().cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const { name, httpOnly, sameSite, path } of cookies) {
    if (name.includes("locale") || name.includes("theme")) continue;
    expect([name, httpOnly, sameSite, path]).toEqual([name, true, "Strict", "/"]);
  }
});

test("scripts and missing files are sent with a policy, compressed or not", async () => {
  const html = await (await fetch(at("/"))).text();
  const script = /\/_next\/static\/[^"']+\.js/.exec(html)?.[0] ?? "none";
  for (const encoding of ["br", "gzip", "identity"])
    for (const path of [script, "/_next/static/none.js", "/favicon.svg", "/favicon.ico", "/mark.svg"]) {
      const { headers } = await fetch(at(path), { headers: { "accept-encoding": encoding } });
      const what = `${path} in ${encoding}`;
      expect(headers.get("content-security-policy"), what).toContain("frame-ancestors 'none'");
      expect([what, headers.get("x-content-type-options"), headers.get("x-frame-options")]).toEqual([
        what,
        "nosniff",
        "DENY",
      ]);
    }
});

/** Addresses of the API as an attacker who looks for a bypass writes them. Each is answered by a problem document or a redirect. */
const ODD = [
  "/confidential//transactions",
  "//confidential/transactions",
  "/confidential/transactions/",
  "/confidential/transactions/..%2f..%2fstatus",
  "/confidential/transactions/%00",
  "/confidential/transactions/%FF",
  "/confidential/%2e%2e/healthz",
  "/confidential/transactions;a=b",
  "/confidential\\transactions",
  "/CONFIDENTIAL/transactions",
  "/confidential/transactions/../status",
  "/confidential/transactions%2f",
  "/confidential/transactions?limit=1#x",
  "/api/auth/session",
  "/api/auth/providers",
  "/api/auth/signin",
  "/api/auth/callback/password",
  "/api/auth/%FF",
  "/tour/order",
  "/healthz",
  "/openapi.json",
];

/** Sends one request exactly as written, because fetch would normalise the address. */
async function raw(
  method: string,
  target: string,
): Promise<{ status: number; headers: Headers; body: string }> {
  const url = new URL(demo().base_url);
  const socket = connect(Number(url.port), url.hostname);
  socket.write(
    `${method} ${target} HTTP/1.1\r\nhost: ${url.host}\r\norigin: https://evil.example\r\nconnection: close\r\n\r\n`,
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const headers = new Headers(
    fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 1)]),
  );
  return { status: Number(line.split(" ")[1]), headers, body: body.join("\r\n\r\n") };
}

test("odd addresses are answered with security headers for every method, and no other origin can read the answer", async () => {
  for (const target of ODD)
    for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "TRACE"]) {
      const { status, headers } = await raw(method, target);
      const what = `${method} ${target} ${status}`;
      expect(status, what).toBeLessThan(500);
      expect([what, headers.get("x-content-type-options"), headers.get("x-frame-options")]).toEqual([
        what,
        "nosniff",
        "DENY",
      ]);
      expect(headers.get("content-security-policy"), what).toContain("frame-ancestors 'none'");
      expect(
        [...headers.keys()].filter((name) => name.startsWith("access-control-")),
        what,
      ).toEqual([]);
      const isApi = /^\/(confidential\/|api\/)/.test(target) && status >= 400;
      if (isApi) expect(headers.get("content-type"), what).toBe("application/problem+json");
    }
});
