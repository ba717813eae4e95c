import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";

/**
 * Returns the SHA-256 of a person's text, base64url. With it the log shows later that a text is the one that was sent.
 */
export function textDigest(text: string): string {
  return toBase64url(sha256(utf8(text)));
}
