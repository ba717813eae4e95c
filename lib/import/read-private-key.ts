import { createPrivateKey } from "node:crypto";
import { fromBase64, fromBase64url, fromHex } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";

const KEY_BYTES = 32;

function fromPem(text: string): Uint8Array {
  let jwk: unknown;
  let kind: string | undefined;
  try {
    const key = createPrivateKey(text);
    kind = key.asymmetricKeyType;
    jwk = key.export({ format: "jwk" });
  } catch {
    throw new FormatError("format.key", "the PEM holds no private key that can be read without a passphrase");
  }
  const d: unknown = typeof jwk === "object" && jwk !== null ? Reflect.get(jwk, "d") : undefined;
  if (kind !== "x25519" || typeof d !== "string")
    throw new FormatError(
      "format.key",
      `the PEM holds a key for ${kind ?? "nothing known"} instead of X25519`,
    );
  return fromBase64url(d);
}

/**
 * Returns the 32 bytes of an X25519 private key (RFC 7748) in any form of the old system: bytes, base64, hexadecimal,
 * or PKCS #8 in PEM. Throws FormatError for any other length, curve or spelling.
 */
export function readPrivateKey(bytes: Uint8Array): Uint8Array {
  if (bytes.length === KEY_BYTES) return bytes;
  const text = Buffer.from(bytes).toString("latin1").trim();
  if (text.startsWith("-----BEGIN")) return fromPem(text);
  if (/^[0-9a-fA-F]{64}$/.test(text)) return fromHex(text.toLowerCase());
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return fromBase64(text);
  throw new FormatError("format.key", "this is not a private key: give 32 bytes, base64, hexadecimal or PEM");
}
