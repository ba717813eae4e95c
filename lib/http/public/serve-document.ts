import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { namesTag } from "@/lib/etag";

/** A text that does not change while the program runs. */
export interface PublicDocument {
  readonly text: string;
  readonly mediaType: string;
  /** Strong: the same tag is the same bytes (RFC 9110 section 8.8.3). */
  readonly etag: string;
}

export function publicDocument(text: string, mediaType: string): PublicDocument {
  return { text, mediaType, etag: `"${toBase64url(sha256(utf8(text)))}"` };
}

/** Whether the server may send it in another coding, whose bytes are others. */
function mayBeCoded(header: string | null): boolean {
  return (header ?? "").split(",").some((one) => !["", "identity"].includes(one.trim().toLowerCase()));
}

/**
 * Answers with the document, or with 304 for a client that has it already. Caches keep it and revalidate each time.
 * Next compresses it, and takes Content-Encoding from answers that compress themselves. So the tag is weak for a client
 * that takes another coding.
 */
export function documentResponse({ text, mediaType, etag }: PublicDocument, request: Request): Response {
  const isWeak = mayBeCoded(request.headers.get("accept-encoding"));
  const headers = {
    etag: isWeak ? `W/${etag}` : etag,
    vary: "accept-encoding",
    "cache-control": "public, no-cache",
  };
  if (namesTag(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  return new Response(text, { headers: { ...headers, "content-type": mediaType } });
}
