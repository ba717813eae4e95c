import "server-only";
import type { RawReply } from "@/lib/http/bind";

/** An answer in plain text: signed notes and proofs. */
export function textReply(text: string): RawReply {
  return { response: new Response(text, { headers: { "content-type": "text/plain; charset=utf-8" } }) };
}
