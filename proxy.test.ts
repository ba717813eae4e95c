import { NextRequest } from "next/server";
import { describe, expect, it } from "vitest";
import { config, proxy } from "@/proxy";

const ID = "01a00000-0000-7000-8000-000000000001";
const matches = (path: string): boolean => config.matcher.some((one) => new RegExp(`^${one}$`).test(path));
const upload = (id: string): string => `/confidential/access/requests/${id}/authorizations`;

describe("the proxy", () => {
  it("leaves the upload of an order alone, whose body it would truncate", () => {
    expect(matches(upload(ID))).toBe(false);
    expect(matches(upload(ID.toUpperCase()))).toBe(false);
  });

  it.each(["%FF", "%", "%ED%A0%80", "nonsense", `${ID}%FF`, "..", ID.slice(1)])(
    "sees an upload to %s, which names no request",
    (id) => {
      expect(matches(upload(id))).toBe(true);
    },
  );

  it("refuses a path that is not UTF-8 as a problem document with its headers", async () => {
    const response = proxy(new NextRequest(`http://127.0.0.1${upload("%FF")}`, { method: "POST" }));
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toMatchObject({ code: "request.invalid-path" });
  });

  it.each([
    ["/v1", "/confidential"],
    ["/v1/", "/confidential"],
    ["/v1/transactions", "/confidential/transactions"],
    ["/api/v2/confidential/access/grants/a%20b", "/confidential/access/grants/a%20b"],
  ])("answers %s with a problem that names the address without a version", async (path, meant) => {
    for (const method of ["GET", "POST"]) {
      const response = proxy(new NextRequest(`http://127.0.0.1${path}`, { method }));
      expect([response.status, response.headers.get("content-type")]).toEqual([
        404,
        "application/problem+json",
      ]);
      const problem = await response.json();
      expect(problem).toMatchObject({ code: "request.not-found", instance: path, path: meant });
      expect(problem.detail).toContain(`Call ${meant};`);
    }
  });

  it.each(["/v1x", "/version", "/confidential/v1", "/scim/v2/Users", "/vault"])(
    "takes %s for no version of the API",
    (path) => {
      expect(proxy(new NextRequest(`http://127.0.0.1${path}`)).status).toBe(200);
    },
  );

  it("sees everything else but built files", () => {
    for (const path of ["/", "/requests", upload(ID).replace("authorizations", "submit"), `${upload(ID)}/x`])
      expect(matches(path)).toBe(true);
    expect(matches("/_next/static/chunks/a.js")).toBe(false);
    expect(matches("/favicon.ico")).toBe(false);
  });

  it.each([
    "/favicon.icoX",
    "/favicon.ico/a",
    "/faviconXico",
    "/_next/staticX",
    "/_next/imagefoo",
    "/_next/image",
  ])("sees %s, which only begins like a built file and is answered with a page", (path) => {
    expect(matches(path)).toBe(true);
  });

  it("is not left out for any path that begins like an upload", () => {
    expect(matches(`${upload(ID)}X`)).toBe(true);
  });
});
