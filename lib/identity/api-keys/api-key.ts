import "server-only";
import { equalConstantTime, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes, sha256 } from "@/lib/crypto/primitives";

// sp_<prefix>_<secret><checksum>, or scim_… for the token of an identity provider. The prefix finds the row. The checksum refuses typing errors and random text without
// a database look-up. The fixed shape lets secret scanners recognise a leaked key.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX_LENGTH = 10;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const SHAPE = new RegExp(
  `^(sp|scim)_([0-9A-Za-z]{${PREFIX_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}})$`,
);

/** What a key is for. Neither is accepted in place of the other. */
type KeyHead = "sp" | "scim";

/** A key as its holder gets it, once, and the part that is stored. */
export interface NewApiKey {
  readonly key: string;
  readonly prefix: string;
  readonly secretHash: Uint8Array;
}

/** Returns characters drawn without bias: bytes that do not divide evenly are dropped. */
function randomText(length: number): string {
  const fair = 256 - (256 % ALPHABET.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fair && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

function checksumOf(head: string): string {
  const digest = sha256(utf8(head));
  return Array.from(digest.subarray(0, CHECKSUM_LENGTH), (byte) =>
    ALPHABET.charAt(byte % ALPHABET.length),
  ).join("");
}

/** Draws a new key: 43 base62 characters are 256 bits. */
export function newApiKey(secret: Uint8Array, kind: KeyHead = "sp"): NewApiKey {
  const prefix = randomText(PREFIX_LENGTH);
  const head = `${kind}_${prefix}_${randomText(SECRET_LENGTH)}`;
  const key = `${head}${checksumOf(head)}`;
  return { key, prefix, secretHash: hashApiKey(secret, key) };
}

/**
 * Returns the stored hash: HMAC-SHA-256 of the whole key under the instance's secret. So a person who can write rows
 * cannot create a key that works (ADR 0007). 256 random bits need no slow hash.
 */
export function hashApiKey(secret: Uint8Array, key: string): Uint8Array {
  return hmacSha256(secret, utf8(key));
}

/** Returns the prefix of a well-formed key with a valid checksum; undefined for any other text. */
export function prefixOf(key: string, kind: KeyHead = "sp"): string | undefined {
  const [, found, prefix] = SHAPE.exec(key) ?? [];
  if (prefix === undefined || found !== kind) return undefined;
  const head = key.slice(0, -CHECKSUM_LENGTH);
  return checksumOf(head) === key.slice(-CHECKSUM_LENGTH) ? prefix : undefined;
}

/** Returns whether a presented key is the stored one, in constant time. */
export function isApiKey(secret: Uint8Array, key: string, secretHash: Uint8Array): boolean {
  return equalConstantTime(hashApiKey(secret, key), secretHash);
}
