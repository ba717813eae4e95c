import { parseDictionary, serializeDictionary } from "structured-headers";
import { equalConstantTime } from "../bytes";
import { FormatError } from "../format-error";
import { sha256 } from "../primitives";

const SHA256 = "sha-256";
const MAX_HEADER = 512;

/** Returns the `Content-Digest` of a body (RFC 9530 section 2), with SHA-256 only. */
export function contentDigest(body: Uint8Array): string {
  return serializeDictionary(new Map([[SHA256, [Uint8Array.from(sha256(body)), new Map()]]]));
}

/**
 * Returns the SHA-256 in a `Content-Digest`. Other algorithms may be present and are ignored.
 * @throws FormatError `format.content-digest` if it has no SHA-256 of 32 bytes.
 */
export function readContentDigest(header: string): Uint8Array {
  let value: unknown;
  try {
    value = header.length > MAX_HEADER ? undefined : parseDictionary(header).get(SHA256)?.[0];
  } catch {
    value = undefined;
  }
  if (!(value instanceof ArrayBuffer) || value.byteLength !== 32)
    throw new FormatError("format.content-digest", "Content-Digest names no sha-256 of 32 bytes");
  return new Uint8Array(value);
}

/** Returns whether a `Content-Digest` names a body, or the SHA-256 of one. */
export function isDigestOf(named: Uint8Array, digest: Uint8Array): boolean {
  return equalConstantTime(named, digest);
}
