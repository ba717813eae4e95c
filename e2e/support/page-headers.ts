import { expect } from "@playwright/test";

const PAGE = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Checks the policy and the other headers that each page has. */
export function expectPageHeaders(headers: Headers | Readonly<Record<string, string>>, what: string): void {
  const of = (name: string) => (headers instanceof Headers ? headers.get(name) : (headers[name] ?? null));
  const policy = of("content-security-policy") ?? "";
  expect(policy, what).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}' 'strict-dynamic'(;|$)/);
  for (const part of [
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ])
    expect(policy, what).toContain(part);
  expect(policy, what).not.toContain("unsafe-eval");
  for (const [name, value] of Object.entries(PAGE))
    expect([what, name, of(name)]).toEqual([what, name, value]);
  expect(of("x-request-id"), what).toMatch(/^[0-9a-f-]{36}$/);
  expect([what, of("x-powered-by"), of("access-control-allow-origin")]).toEqual([what, null, null]);
}
