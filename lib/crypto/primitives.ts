// The cryptography of Sealport: pure functions over bytes, without clock, database or network. envelope/ seals and opens
// cfx1 envelopes, log/ has Merkle tree, signed notes and sealed log parts, json/ canonical JSON, zip/ the canonical zip,
// pki/ certificates, http-signature/ RFC 9421, document/ file checks. Each format has one accepted spelling, and every
// failure to open is the same OpenError. Only this file, its part primitives-quick.ts and primitives-stream.ts import
// node: modules; a browser build replaces them.
import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  KeyObject,
  randomBytes as nodeRandomBytes,
  scrypt as nodeScrypt,
  hash as oneShotHash,
  sign,
  verify,
} from "node:crypto";
import { concatAll, equalConstantTime, fromBase64url } from "./bytes";
import { isStrictEd25519Key } from "./ed25519-strict";
import { FormatError, OpenError } from "./format-error";
import {
  areShort,
  gcmCipher,
  gcmDecipher,
  hmac,
  importLasting,
  importPrivate,
  importPublic,
  keyWrapCipher,
  keyWrapDecipher,
  lend,
  POOLED_BYTES,
  pooledRandomBytes,
  withoutStacks,
} from "./primitives-quick";

const [KEY_BYTES, TAG_BYTES, SHA256_BYTES] = [32, 16, 32];
const ZERO = new Uint8Array(KEY_BYTES);
const FIRST_BLOCK = Uint8Array.of(1);
const JWK = { format: "jwk" } as const;

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Returns random bytes from the operating system's generator. */
export function randomBytes(length: number): Uint8Array {
  return length > POOLED_BYTES ? Uint8Array.from(nodeRandomBytes(length)) : pooledRandomBytes(length);
}

/** SHA-256 (FIPS 180-4) of the parts one after another. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const [only] = parts;
  // One call is cheaper than an object that the garbage collector must remove.
  if (parts.length === 1 && only !== undefined) return plain(oneShotHash("sha256", only, "buffer"));
  if (areShort(parts)) return plain(oneShotHash("sha256", concatAll(parts), "buffer"));
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return plain(hash.digest());
}

/** SHA-256 as base64url, the form of all our digests. */
export function sha256Text(part: Uint8Array | string): string {
  return oneShotHash("sha256", part, "base64url");
}

/** HMAC-SHA-256 (RFC 2104) of the parts one after another. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return plain(hmac(key, parts));
}

/** HKDF-SHA-256 (RFC 5869), extract and expand. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (length > SHA256_BYTES)
    return new Uint8Array(withoutStacks(() => hkdfSync("sha256", ikm, salt, info, length)));
  // Up to one hash the standard is two HMACs (sections 2.2 and 2.3), which take half the time of the call above.
  const block = hmacSha256(hmacSha256(salt, ikm), info, FIRST_BLOCK);
  return length === SHA256_BYTES ? block : block.slice(0, length);
}

/** AES-256-GCM (NIST SP 800-38D) with a 12-byte iv and a 16-byte tag. An iv must never repeat under a key. */
export function aesGcmSeal(
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array | string,
): { ciphertext: Uint8Array; tag: Uint8Array } {
  const cipher = gcmCipher(key, iv);
  if (aad !== undefined) cipher.setAAD(lend(aad));
  const ciphertext = plain(cipher.update(plaintext));
  cipher.final();
  return { ciphertext, tag: plain(cipher.getAuthTag()) };
}

/** Inverse of `aesGcmSeal`; throws OpenError for any wrong key, iv, tag, associated data or length. */
export function aesGcmOpen(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  aad?: Uint8Array | string,
): Uint8Array {
  if (tag.length !== TAG_BYTES) throw new OpenError();
  try {
    const decipher = gcmDecipher(key, iv);
    if (aad !== undefined) decipher.setAAD(lend(aad));
    decipher.setAuthTag(lend(tag));
    const head = decipher.update(ciphertext);
    decipher.final();
    return plain(head);
  } catch {
    throw new OpenError();
  }
}

/** AES-256 key wrap (RFC 3394) with the default initial value. OpenSSL does all of it in one update, and has no last part. */
export function aesKeyWrap(kek: Uint8Array, key: Uint8Array): Uint8Array {
  return plain(keyWrapCipher(kek).update(key));
}

/** Inverse of `aesKeyWrap`; throws OpenError when the integrity check fails (RFC 3394 section 2.2.3). */
export function aesKeyUnwrap(kek: Uint8Array, wrapped: Uint8Array): Uint8Array {
  // OpenSSL opens an empty value to an empty key, but a wrapped key has at least three blocks.
  if (wrapped.length < 24) throw new OpenError();
  try {
    return plain(keyWrapDecipher(kek).update(lend(wrapped)));
  } catch {
    throw new OpenError();
  }
}

function agree(privateKey: KeyObject, peer: KeyObject): Uint8Array {
  let shared: Uint8Array;
  try {
    shared = plain(diffieHellman({ privateKey, publicKey: peer }));
  } catch {
    throw new FormatError("format.key", "the shared secret is zero");
  }
  // RFC 7748 section 6.1: a low-order point makes the secret independent of the private key.
  if (equalConstantTime(shared, ZERO)) throw new FormatError("format.key", "the shared secret is zero");
  return shared;
}

/** An X25519 private key imported once, for many agreements. */
export interface X25519Handle {
  readonly publicKey: Uint8Array;
  /**
   * Shared secret (RFC 7748 section 6.1); throws FormatError when it is all zero. A public key that will come again
   * (`isLasting`) may stay imported, to save time.
   */
  derive(publicKey: Uint8Array, isLasting?: boolean): Uint8Array;
}

/** Returns the public key that OpenSSL computed from the private bytes on import. It ignores a JWK's own `x`. */
function publicHalf(privateKey: KeyObject): Uint8Array {
  return jwkMember(createPublicKey(privateKey).export({ format: "jwk" }), "x");
}

/** Imports a private key once. The public key is computed from it and never taken from the caller. */
export function x25519Handle(privateKey: Uint8Array): X25519Handle {
  const key = importPrivate("X25519", privateKey);
  return { publicKey: publicHalf(key), derive: (peer) => agree(key, importPublic("X25519", peer)) };
}

/** Public key of an X25519 private key (RFC 7748 section 6.1). */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  return publicHalf(importPrivate("X25519", privateKey));
}

/** X25519 shared secret (RFC 7748 section 6.1); throws FormatError when it is all zero. */
export function x25519Shared(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return agree(importPrivate("X25519", privateKey), importPublic("X25519", publicKey));
}

function jwkMember(jwk: unknown, name: "x" | "d"): Uint8Array {
  const member: unknown = typeof jwk === "object" && jwk !== null ? Reflect.get(jwk, name) : undefined;
  if (typeof member !== "string") throw new Error("key generation gave no JWK");
  return fromBase64url(member);
}

/**
 * Generates a key pair with JWK encodings, never with `KeyObject.export` on a generated key. Node 20 deadlocks on the
 * latter after a few thousand rounds (crypto.md "Speed"). @types/node does not know the encoding, hence Reflect.
 */
function generateEncoded(encodings: Record<string, typeof JWK>): { publicKey: unknown; privateKey: unknown } {
  return Reflect.apply(generateKeyPairSync, undefined, ["x25519", encodings]);
}

/** A fresh X25519 key pair (RFC 7748 section 6.1). */
export function generateX25519(): { publicKey: Uint8Array; privateKey: Uint8Array } {
  const pair = generateEncoded({ publicKeyEncoding: JWK, privateKeyEncoding: JWK });
  return { publicKey: jwkMember(pair.publicKey, "x"), privateKey: jwkMember(pair.privateKey, "d") };
}

/** Returns a fresh key pair whose private key never leaves the handle: one for each recipient of an envelope. */
export function ephemeralX25519(): X25519Handle {
  const { publicKey, privateKey } = generateEncoded({ publicKeyEncoding: JWK });
  if (!(privateKey instanceof KeyObject)) throw new Error("key generation gave no key object");
  return {
    publicKey: jwkMember(publicKey, "x"),
    derive: (peer, isLasting) =>
      agree(privateKey, isLasting === true ? importLasting(peer) : importPublic("X25519", peer)),
  };
}

/** Public key of an Ed25519 seed (RFC 8032 section 5.1.5). */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return publicHalf(importPrivate("Ed25519", seed));
}

/** Imports a seed once, and returns a function that signs with it (RFC 8032 section 5.1.6). */
export function ed25519Signer(seed: Uint8Array): (message: Uint8Array) => Uint8Array {
  const key = importPrivate("Ed25519", seed);
  return (message) => plain(sign(null, message, key));
}

/** Ed25519 signature (RFC 8032 section 5.1.6), 64 bytes. */
export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519Signer(seed)(message);
}

/** Returns whether an Ed25519 signature is valid (RFC 8032 section 5.1.7). Malformed keys and signatures are not. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || !isStrictEd25519Key(publicKey) || signature.length !== 64)
    return false;
  try {
    return verify(null, message, importPublic("Ed25519", publicKey), signature);
  } catch {
    return false;
  }
}

/** scrypt (RFC 7914) for passphrases. Uses 128·N·r bytes of memory. */
export function scrypt(
  passphrase: Uint8Array | string,
  salt: Uint8Array,
  cost: { readonly N: number; readonly r: number; readonly p: number },
  length: number,
): Promise<Uint8Array> {
  const maxmem = 128 * cost.N * cost.r + 128 * cost.r * cost.p + (1 << 20);
  return new Promise((resolve, reject) => {
    nodeScrypt(passphrase, salt, length, { ...cost, maxmem }, (error, key) =>
      error === null ? resolve(plain(key)) : reject(error),
    );
  });
}
