import "server-only";
import type { RawReply } from "@/lib/http/endpoint/bind";

/** An answer in plain text: signed notes and proofs. `filename` is the name to keep it under; not from a caller. */
export function textReply(text: string, filename?: string): RawReply {
  const naming = filename === undefined ? {} : { "content-disposition": `inline; filename="${filename}"` };
  const headers = { "content-type": "text/plain; charset=utf-8", ...naming };
  return { response: new Response(text, { headers }) };
}

/** An answer of bytes: tiles and entry bundles. */
export function bytesReply(bytes: Uint8Array): RawReply {
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  return { response: new Response(Uint8Array.from(bytes), { headers }) };
}
