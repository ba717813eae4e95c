import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { FormatError } from "./format-error";

// Part of primitives.ts. It reduces Node's fixed costs for the many short calls of a long log.

const KEY_BYTES = 32;
const IV_BYTES = 12;
const ALGORITHM = "aes-256-gcm";
const OPTIONS = { authTagLength: 16 };

/** Key and iv of the current call. Node moves short arrays out of V8's heap for OpenSSL; a copy here avoids that. */
const setup = Buffer.alloc(KEY_BYTES + IV_BYTES);
const setupKey = setup.subarray(0, KEY_BYTES);
const setupIv = setup.subarray(KEY_BYTES);

/** Has `create` make a cipher, which copies key and iv at once. Both are wiped before this returns. */
function withSetup<T>(key: Uint8Array, iv: Uint8Array, create: () => T): T {
  if (key.length !== KEY_BYTES) throw new FormatError("format.key", "a key of 32 bytes is required");
  if (iv.length !== IV_BYTES) throw new FormatError("format.length", "an iv of 12 bytes is required");
  setup.set(key);
  setup.set(iv, KEY_BYTES);
  try {
    return create();
  } finally {
    setup.fill(0);
  }
}

const createCipher = () => createCipheriv(ALGORITHM, setupKey, setupIv, OPTIONS);
const createDecipher = () => createDecipheriv(ALGORITHM, setupKey, setupIv, OPTIONS);

/** An AES-256-GCM cipher with a tag of 16 bytes; throws FormatError for a key or an iv of another length. */
export function gcmCipher(key: Uint8Array, iv: Uint8Array): ReturnType<typeof createCipher> {
  return withSetup(key, iv, createCipher);
}

/** The same for opening. */
export function gcmDecipher(key: Uint8Array, iv: Uint8Array): ReturnType<typeof createDecipher> {
  return withSetup(key, iv, createDecipher);
}

/** Maximum size of a draw from the pool: ids, ivs and labels. Keys are longer, so no key is drawn before it is needed. */
export const POOLED_BYTES = 16;
const POOL_BYTES = 4096;
let pool = new Uint8Array(0);
let given = 0;

/** Returns up to POOLED_BYTES from the operating system's generator. They are drawn in bulk, used once and wiped. */
export function pooledRandomBytes(length: number): Uint8Array {
  if (given + length > pool.length) {
    pool = Uint8Array.from(randomBytes(POOL_BYTES));
    given = 0;
  }
  const out = pool.slice(given, given + length);
  pool.fill(0, given, given + length);
  given += length;
  return out;
}

/** Up to this size copying is cheaper than a hash object. Tree nodes and entries are short. */
const SHORT_BYTES = 8192;

export function areShort(parts: readonly (Uint8Array | string)[]): parts is readonly Uint8Array[] {
  let length = 0;
  for (const part of parts) length += typeof part === "string" ? Number.POSITIVE_INFINITY : part.length;
  return length <= SHORT_BYTES;
}
