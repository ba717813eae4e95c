import "server-only";
import { gzipSync } from "node:zlib";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";

/** A text that does not change while the program runs, in the codings that it is sent in. */
export interface PublicDocument {
  readonly plain: Coded;
  readonly packed: Coded;
  readonly mediaType: string;
}

interface Coded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Strong: the same tag is the same bytes (RFC 9110 section 8.8.3.3), so each coding has its own. */
  readonly etag: string;
}

/** Compressed once: done for each call it would be work that anybody can ask for. */
export function publicDocument(text: string, mediaType: string): PublicDocument {
  const bytes = utf8(text);
  const digest = toBase64url(sha256(bytes));
  return {
    plain: { bytes: Uint8Array.from(bytes), etag: `"${digest}"` },
    packed: { bytes: Uint8Array.from(gzipSync(bytes, { level: 9 })), etag: `"${digest}-gzip"` },
    mediaType,
  };
}

/** Whether an Accept-Encoding names gzip and does not refuse it (RFC 9110 section 12.5.3). */
function takesGzip(header: string | null): boolean {
  return (header ?? "").split(",").some((one) => {
    const [coding = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    return coding === "gzip" && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/** Whether If-None-Match names this tag, compared weakly (RFC 9110 section 13.1.2). */
function hasTag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, "") === etag);
}

/** The document, or 304 for whoever has it already: kept by caches and asked after each time. */
export function documentResponse({ plain, packed, mediaType }: PublicDocument, request: Request): Response {
  const isPacked = takesGzip(request.headers.get("accept-encoding"));
  const { bytes, etag } = isPacked ? packed : plain;
  const headers = {
    etag,
    vary: "accept-encoding",
    // Not to be compressed on its way: the tag is that of these bytes.
    "cache-control": "public, no-cache, no-transform",
  };
  if (hasTag(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  const coding: Record<string, string> = isPacked ? { "content-encoding": "gzip" } : {};
  const sent = { ...headers, ...coding, "content-type": mediaType, "content-length": String(bytes.length) };
  return new Response(bytes, { headers: sent });
}
