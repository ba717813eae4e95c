import "server-only";
import type { RawReply } from "@/lib/http/bind";

/** What never changes may be kept by the caller's own cache, not by one that callers share. */
const FOREVER = "private, max-age=31536000, immutable";

/** An answer of bytes; kept by nobody unless `keep` says so. */
export function bytesReply(bytes: Uint8Array, keep: "no" | "forever" = "no"): RawReply {
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  const caching = keep === "forever" ? { "cache-control": FOREVER } : {};
  return { response: new Response(Uint8Array.from(bytes), { headers: { ...headers, ...caching } }) };
}
