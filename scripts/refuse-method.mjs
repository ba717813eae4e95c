import { randomUUID } from "node:crypto";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Answers methods that Next cannot build a Request of (TRACE, WebDAV's) with 405; true when it did. */
export function refuseMethod(request, response) {
  if (METHODS.includes(request.method ?? "")) return false;
  const title = "The method is not allowed here";
  const body = JSON.stringify({
    type: "about:blank",
    title,
    status: 405,
    code: "request.method-not-allowed",
  });
  response.writeHead(405, {
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    allow: METHODS.join(", "),
    "x-content-type-options": "nosniff",
    "x-request-id": randomUUID(),
    connection: "close",
  });
  response.end(body);
  return true;
}
