import "server-only";
import type { RawReply } from "@/lib/http/endpoint/bind";

/** An answer of bytes: tiles and entry bundles. */
export function bytesReply(bytes: Uint8Array): RawReply {
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  return { response: new Response(Uint8Array.from(bytes), { headers }) };
}
