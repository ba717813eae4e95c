import { type NextRequest, NextResponse } from "next/server";
import { toBase64 } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { refusalOfUnreadable } from "@/lib/http/dispatch/unreadable";
import { responseOf } from "@/lib/http/endpoint/http-answer";
import { PAGE_HEADERS, pagePolicy } from "@/lib/http/pages/page-policy";
import { NOTED_REQUEST } from "@/lib/telemetry/request-facts";

// Request id, security headers, nonce. Decides nothing about who may do what: the endpoint does.

function isApi(path: string): boolean {
  return /^\/(?:confidential|scim)(?:\/|$)|^\/api\//.test(path);
}

function passToPage(request: NextRequest, headers: Headers): NextResponse {
  const isSecure = request.nextUrl.protocol === "https:" || headers.get("x-forwarded-proto") === "https";
  const nonce = toBase64(randomBytes(18));
  const policy = pagePolicy(nonce, isSecure);
  headers.set("x-nonce", nonce);
  // For the way back after signing in; a caller's own header of this name is replaced.
  headers.set("x-path", `${request.nextUrl.pathname}${request.nextUrl.search}`);
  // Next reads the nonce for its own scripts from this request header.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.headers.set(name, value);
  response.headers.set("content-security-policy", policy);
  if (isSecure) response.headers.set("strict-transport-security", "max-age=31536000");
  return response;
}

export function proxy(request: NextRequest): Response {
  const refusal = refusalOfUnreadable(request.method, request.nextUrl.pathname);
  if (refusal !== undefined) return responseOf(refusal);
  const requestId = request.headers.get(NOTED_REQUEST) ?? uuidv7(Date.now());
  const headers = new Headers(request.headers);
  headers.set("x-request-id", requestId);
  if (isApi(request.nextUrl.pathname)) return NextResponse.next({ request: { headers } });
  const response = passToPage(request, headers);
  response.headers.set("x-request-id", requestId);
  return response;
}

export const config = {
  // Bodies over 10 MB reach a route truncated when this file runs for it (environment.md "Next traps"), so
  // uploads are left out; their route sets request id and headers itself. Only for an id that could name a request:
  // a path that cannot be decoded never reaches a route, and is refused here. What is left out is left out to its end:
  // a page under any other name must have its policy.
  matcher: [
    "/((?!_next/static/|favicon\\.ico$|confidential/access/requests/[0-9a-fA-F-]{36}/authorizations$).*)",
  ],
};
