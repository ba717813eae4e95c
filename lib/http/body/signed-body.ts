import "server-only";
import { isDigestOf } from "@/lib/crypto/http-signature/content-digest";
import { sha256 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import type { Authenticated } from "@/lib/identity/authenticate";

/**
 * Holds a signed call's body against the digest that its signature names (RFC 9530): an unsigned body is not the signer's.
 * Throws auth.signature. Of an upload the body's own SHA-256 is given.
 */
export function requireSignedBody(
  signed: Authenticated["signed"],
  body: { readonly bytes: Uint8Array; readonly isDigest: boolean },
): void {
  if (signed === undefined) return;
  const { bodyDigest } = signed;
  if (bodyDigest === undefined) {
    if (body.bytes.length === 0) return;
    throw new DomainError("auth.signature", {
      detail: "The signature of a call with a body must cover content-digest with sha-256.",
    });
  }
  const digest = body.isDigest && body.bytes.length > 0 ? body.bytes : sha256(body.bytes);
  if (!isDigestOf(bodyDigest, digest))
    throw new DomainError("auth.signature", { detail: "The body does not match the signature." });
}
