import { describe, expect, it } from "vitest";
import { withHeaders } from "@/lib/http/endpoint/http-answer";
import { pagePolicy } from "@/lib/http/pages/page-policy";

describe("the content security policy of pages", () => {
  it("runs scripts with the nonce only and loads no file from elsewhere", () => {
    const policy = pagePolicy("abc", false);
    expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic'");
    expect(policy).toContain("style-src-elem 'self' 'nonce-abc'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).not.toMatch(/https?:|\*/);
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it("upgrades requests under https only, since loopback speaks plain http", () => {
    expect(pagePolicy("abc", false)).not.toContain("upgrade-insecure-requests");
    expect(pagePolicy("abc", true)).toContain("upgrade-insecure-requests");
  });
});

describe("headers of the API", () => {
  it("forbid caching and cannot be overridden by an answer", async () => {
    const response = withHeaders(
      new Response("x", { headers: { "cache-control": "public" } }),
      { a: "b" },
      false,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("a")).toBe("b");
    expect(await response.text()).toBe("x");
  });

  it("leave the body out for HEAD", async () => {
    expect(await withHeaders(new Response("x"), {}, true).text()).toBe("");
  });
});
