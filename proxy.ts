import { type NextRequest, NextResponse } from "next/server";
import { toBase64 } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { problemOf, problemResponse } from "@/lib/http/endpoint/problem";
import { withHeaders } from "@/lib/http/endpoint/response-headers";
import { PAGE_HEADERS, pagePolicy } from "@/lib/http/pages/page-policy";

// Request id, security headers, nonce. Decides nothing about who may do what: the endpoint does.

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Next would answer 500 or an empty body to these before any route of ours sees them. */
function unreadable(request: NextRequest): DomainError | undefined {
  try {
    decodeURIComponent(request.nextUrl.pathname);
  } catch {
    return new DomainError("request.invalid-path", { detail: "The path is not percent-encoded UTF-8." });
  }
  return METHODS.includes(request.method) ? undefined : new DomainError("request.method-not-allowed");
}

function refuse(request: NextRequest, requestId: string, error: DomainError): Response {
  const problem = problemOf(error, { requestId, instance: request.nextUrl.pathname });
  const headers: Record<string, string> = error.status === 405 ? { allow: METHODS.join(", ") } : {};
  return withHeaders(
    problemResponse(problem, headers),
    { "x-request-id": requestId },
    request.method === "HEAD",
  );
}

function isApi(path: string): boolean {
  return path === "/confidential" || path.startsWith("/confidential/") || path.startsWith("/api/");
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
  const requestId = uuidv7(Date.now());
  const error = unreadable(request);
  if (error !== undefined) return refuse(request, requestId, error);
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
