import "server-only";
import { uuidv7 } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { finished, type HttpAnswer } from "@/lib/http/endpoint/http-answer";
import { problemAnswer, problemOf } from "@/lib/http/endpoint/problem";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function faultOf(method: string, pathname: string): DomainError | undefined {
  try {
    if (pathname.includes("%")) decodeURIComponent(pathname);
  } catch {
    return new DomainError("request.invalid-path", { detail: "The path is not percent-encoded UTF-8." });
  }
  if (!METHODS.includes(method)) return new DomainError("request.method-not-allowed");
  return ofOtherVersion(pathname);
}

/** Programs try a version first. The addresses have none, so this one names the address that was meant. */
function ofOtherVersion(pathname: string): DomainError | undefined {
  const [, rest] = /^\/(?:api\/)?v\d{1,3}(?:\/(?:confidential(?:\/|$))?(.{0,500}))?$/.exec(pathname) ?? [];
  const isVersioned = /^\/(?:api\/)?v\d{1,3}(?:\/|$)/.test(pathname);
  if (!isVersioned) return undefined;
  const path = rest === undefined || rest === "" ? "/confidential" : `/confidential/${rest}`;
  return new DomainError("request.not-found", {
    detail: `The addresses of this API have no version. Call ${path}; /openapi.json lists all of them.`,
    extra: { path },
  });
}

/**
 * Returns the refusal of a path that cannot be decoded or names a version, or of an unknown method, before
 * authentication; undefined for any other request. Next would answer 500 or an empty body to these before any route of ours sees them.
 */
export function refusalOfUnreadable(method: string, pathname: string): HttpAnswer | undefined {
  const error = faultOf(method, pathname);
  if (error === undefined) return undefined;
  const requestId = uuidv7(Date.now());
  const problem = problemOf(error, { requestId, instance: pathname });
  const headers: Record<string, string> = error.status === 405 ? { allow: METHODS.join(", ") } : {};
  return finished(problemAnswer(problem, headers), { "x-request-id": requestId }, method === "HEAD");
}
