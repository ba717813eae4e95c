import { randomUUID } from "node:crypto";

// Returns a refusal before Next sees the request, as a problem document (RFC 9457) with the members and headers of
// every other.

const HEADERS = {
  "content-type": "application/problem+json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  connection: "close",
};

/** Headers and body of a refusal. Without a path that could be read, the occurrence is named by the request's id. */
export function refusalOf({ status, code, title, detail, instance }) {
  const requestId = randomUUID();
  const body = JSON.stringify({
    type: `urn:sealport:problem:${code}`,
    title,
    status,
    detail,
    instance: instance ?? `urn:uuid:${requestId}`,
    code,
    request_id: requestId,
  });
  const headers = {
    ...HEADERS,
    "x-request-id": requestId,
    "content-length": String(Buffer.byteLength(body)),
  };
  return { status, headers, body };
}
