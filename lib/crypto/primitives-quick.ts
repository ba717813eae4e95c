import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { fromHex, toBase64url } from "./bytes";
import { FormatError } from "./format-error";

// Part of primitives.ts. It reduces Node's fixed costs for the many short calls of a long log.

const KEY_BYTES = 32;
const IV_BYTES = 12;
const ALGORITHM = "aes-256-gcm";
const THROWS_FOR_BYTES = Number.parseInt(process.versions.node, 10) >= 24;
const OPTIONS = { authTagLength: 16 };

/**
 * Runs one call of node:crypto without recording stacks. Node 24 finds out by exceptions that bytes and JWKs are not key objects, and
 * catches them itself. Their stacks cost 10 to 20 µs of each call.
 */
export function withoutStacks<T>(call: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

type Curve = "X25519" | "Ed25519";

/** Node 20 demands `x` of a private JWK but ignores it (crypto.md "Speed"). */
const IGNORED_X = toBase64url(new Uint8Array(KEY_BYTES));
/** What is before the key in its PKCS #8 (RFC 8410 section 7). */
const PKCS8 = {
  X25519: fromHex("302e020100300506032b656e04220420"),
  Ed25519: fromHex("302e020100300506032b657004220420"),
} as const;

function requireKey(bytes: Uint8Array): void {
  if (bytes.length !== KEY_BYTES) throw new FormatError("format.key", "a key of 32 bytes is required");
}

function importJwk(crv: Curve, bytes: Uint8Array): KeyObject {
  const key = { kty: "OKP", crv, x: IGNORED_X, d: toBase64url(bytes) };
  return withoutStacks(() => createPrivateKey({ key, format: "jwk" }));
}

/** Imports a private key from DER; the way of a Node that takes no JWK with an `x` of another key. */
export function importDer(crv: Curve, bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8[crv], bytes]);
  try {
    return createPrivateKey({ key, format: "der", type: "pkcs8" });
  } finally {
    key.fill(0);
  }
}

function takesJwk(): boolean {
  try {
    return importJwk("X25519", new Uint8Array(KEY_BYTES)).type === "private";
  } catch {
    return false;
  }
}

/** JWK takes a tenth of the time of DER on Node 20. A Node that compares `x` with the key reads DER as quickly. */
const importQuickly = takesJwk() ? importJwk : importDer;

/** Imports a private key. */
export function importPrivate(crv: Curve, bytes: Uint8Array): KeyObject {
  requireKey(bytes);
  return importQuickly(crv, bytes);
}

function importPublicText(crv: Curve, x: string): KeyObject {
  return withoutStacks(() => createPublicKey({ key: { kty: "OKP", crv, x }, format: "jwk" }));
}

/** The same for a public key. */
export function importPublic(crv: Curve, bytes: Uint8Array): KeyObject {
  requireKey(bytes);
  return importPublicText(crv, toBase64url(bytes));
}

const KEPT_KEYS = 1000;
/** After this many others the kept keys are dropped, because participants' keys rotate. */
const MANY_OTHERS = 100_000;
const keptKeys = new Map<string, KeyObject>();
let others = 0;

/**
 * Imports a public X25519 key that will come again, or returns it as imported before: for four recipients that is a
 * fourteenth of sealing. A kept key takes 1.5 KB. When all places are taken, others are not kept: V8 would free them late.
 */
export function importLasting(bytes: Uint8Array): KeyObject {
  requireKey(bytes);
  const x = toBase64url(bytes);
  const kept = keptKeys.get(x);
  if (kept !== undefined) return kept;
  if (keptKeys.size >= KEPT_KEYS) others += 1;
  if (others > MANY_OTHERS) {
    keptKeys.clear();
    others = 0;
  }
  const key = importPublicText("X25519", x);
  if (keptKeys.size < KEPT_KEYS) keptKeys.set(x, key);
  return key;
}

/** Key and iv of the current call. Node moves short arrays out of V8's heap for OpenSSL; a copy here avoids that. */
const setup = Buffer.alloc(KEY_BYTES + IV_BYTES);
const setupKey = setup.subarray(0, KEY_BYTES);
const setupIv = setup.subarray(KEY_BYTES);

/** Has `create` make a cipher, which copies key and iv at once. Both are wiped before this returns. */
function withSetup<T>(key: Uint8Array, iv: Uint8Array, create: () => T): T {
  requireKey(key);
  if (iv.length !== IV_BYTES) throw new FormatError("format.length", "an iv of 12 bytes is required");
  setup.set(key);
  setup.set(iv, KEY_BYTES);
  try {
    return withoutStacks(create);
  } finally {
    setup.fill(0);
  }
}

/**
 * Returns a key as the runtime takes it soonest. Node 24 asks of bytes by two exceptions whether they are a key object; to
 * make one, which has its own copy and wipes it, takes a third of that time. Node 20 and 22 do not throw.
 */
const soonest: (key: Uint8Array) => Uint8Array | KeyObject = THROWS_FOR_BYTES
  ? createSecretKey
  : (key) => key;

const createCipher = () => createCipheriv(ALGORITHM, soonest(setupKey), setupIv, OPTIONS);
const createDecipher = () => createDecipheriv(ALGORITHM, soonest(setupKey), setupIv, OPTIONS);

/** An AES-256-GCM cipher with a tag of 16 bytes; throws FormatError for a key or an iv of another length. */
export function gcmCipher(key: Uint8Array, iv: Uint8Array): ReturnType<typeof createCipher> {
  return withSetup(key, iv, createCipher);
}

/** The same for opening. */
export function gcmDecipher(key: Uint8Array, iv: Uint8Array): ReturnType<typeof createDecipher> {
  return withSetup(key, iv, createDecipher);
}

const WRAP = "id-aes256-wrap";
/** The default initial value (RFC 3394 section 2.2.3.1). */
const WRAP_IV = fromHex("a6a6a6a6a6a6a6a6");

/** An AES-256 key wrap cipher; throws for a key of another length. */
export function keyWrapCipher(kek: Uint8Array): ReturnType<typeof createCipheriv> {
  return withoutStacks(() => createCipheriv(WRAP, soonest(kek), WRAP_IV));
}

/** The same for unwrapping. */
export function keyWrapDecipher(kek: Uint8Array): ReturnType<typeof createDecipheriv> {
  return withoutStacks(() => createDecipheriv(WRAP, soonest(kek), WRAP_IV));
}

/** V8 keeps arrays up to this size in its own heap. */
const HEAP_BYTES = 64;

/**
 * Returns bytes for an argument of the next call. Those of a text and of a short array share memory with others: a text takes a fifth of
 * the time of `utf8`, and Node need not move the array out of V8's heap. Not for keys.
 */
export function lend(part: Uint8Array | string): Uint8Array {
  if (typeof part === "string") return Buffer.from(part);
  return part.length <= HEAP_BYTES ? Buffer.from(part) : part;
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

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;
/** Longest message of `quickHmac`. */
const QUICK_HMAC_BYTES = 512;
/** Inputs of the current call's two hashes. */
const innerInput = Buffer.alloc(BLOCK_BYTES + QUICK_HMAC_BYTES);
const outerInput = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);

/**
 * HMAC-SHA-256 of a short message as its two hashes (RFC 2104 section 2): 1.3 µs. An Hmac object takes 2.7 µs on Node 24 and 1.4 on Node 20,
 * and the garbage collector must remove it. What depends on the key is wiped.
 */
function quickHmac(key: Uint8Array, parts: readonly Uint8Array[], length: number): Uint8Array {
  const block = key.length > BLOCK_BYTES ? hash("sha256", key, "buffer") : key;
  for (let index = 0; index < BLOCK_BYTES; index++) {
    const byte = block[index] ?? 0;
    innerInput[index] = byte ^ INNER;
    outerInput[index] = byte ^ OUTER;
  }
  if (block !== key) block.fill(0);
  let at = BLOCK_BYTES;
  for (const part of parts) {
    innerInput.set(part, at);
    at += part.length;
  }
  const digest = hash("sha256", innerInput.subarray(0, BLOCK_BYTES + length), "buffer");
  outerInput.set(digest, BLOCK_BYTES);
  const mac = hash("sha256", outerInput, "buffer");
  for (const used of [innerInput, digest, outerInput]) used.fill(0);
  return mac;
}

/** HMAC-SHA-256 of the parts one after another. */
export function hmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length <= QUICK_HMAC_BYTES) return quickHmac(key, parts, length);
  const long = withoutStacks(() => createHmac("sha256", key));
  for (const part of parts) long.update(part);
  return long.digest();
}
