// lib/crypto/format-error.ts
var MALFORMED = /* @__PURE__ */ Symbol.for("sealport.format-error");
var UNOPENED = /* @__PURE__ */ Symbol.for("sealport.open-error");
var FormatError = class extends Error {
  code;
  pointer;
  offset;
  file;
  constructor(code, message, place = {}) {
    super(message);
    this.name = "FormatError";
    this.code = code;
    this.pointer = place.pointer;
    this.offset = place.offset;
    this.file = place.file;
  }
  static [Symbol.hasInstance](value) {
    return value instanceof Error && Reflect.get(value, MALFORMED) === true;
  }
  get [MALFORMED]() {
    return true;
  }
};
var OpenError = class extends Error {
  code = "envelope.open-failed";
  constructor() {
    super("could not be opened");
    this.name = "OpenError";
  }
  static [Symbol.hasInstance](value) {
    return value instanceof Error && Reflect.get(value, UNOPENED) === true;
  }
  get [UNOPENED]() {
    return true;
  }
};

// lib/crypto/bytes.ts
var STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
var HEX = /^(?:[0-9a-f]{2})*$/;
var URL_TEXT = /^[A-Za-z0-9_-]*$/;
var NATIVE = "Buffer" in globalThis ? globalThis.Buffer : void 0;
var NATIVE_FROM = 48;
var encoder = new TextEncoder();
var strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
var asciiDecoder = new TextDecoder("latin1");
function encodeTable(alphabet) {
  return encoder.encode(alphabet);
}
function decodeTable(alphabet) {
  const table = new Uint8Array(256);
  for (let index = 0; index < alphabet.length; index++) table[alphabet.charCodeAt(index)] = index;
  return table;
}
var STANDARD_ENCODE = encodeTable(STANDARD);
var STANDARD_DECODE = decodeTable(STANDARD);
var URL_ENCODE = encodeTable(URL_SAFE);
var URL_DECODE = decodeTable(URL_SAFE);
function utf8(text) {
  return encoder.encode(text);
}
function fromUtf8(bytes) {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new FormatError("format.text", "not UTF-8");
  }
}
function concatAll(parts) {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
function concat(...parts) {
  return concatAll(parts);
}
function equalConstantTime(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}
function compareBytes(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
function encodeBase64(bytes, table) {
  const out = new Uint8Array(Math.ceil(bytes.length * 4 / 3));
  let to = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    const word = (bytes[from] ?? 0) << 16 | (bytes[from + 1] ?? 0) << 8 | (bytes[from + 2] ?? 0);
    out[to++] = table[word >>> 18] ?? 0;
    out[to++] = table[word >>> 12 & 63] ?? 0;
    out[to++] = table[word >>> 6 & 63] ?? 0;
    out[to++] = table[word & 63] ?? 0;
  }
  return asciiDecoder.decode(out);
}
function checkBase64(text, alphabet, table) {
  const rest = text.length % 4;
  if (rest === 1) throw new FormatError("format.base64", "base64 of an impossible length");
  if (!alphabet.test(text)) {
    throw new FormatError("format.base64", "a character outside the base64 alphabet");
  }
  const unused = rest === 0 ? 0 : rest === 2 ? 15 : 3;
  if (((table[text.charCodeAt(text.length - 1)] ?? 0) & unused) !== 0) {
    throw new FormatError("format.base64", "base64 with unused bits set");
  }
}
function decodeBase64(text, table) {
  const out = new Uint8Array(Math.floor(text.length * 3 / 4));
  if (NATIVE !== void 0 && text.length >= NATIVE_FROM) {
    NATIVE.from(out.buffer).write(text, "base64url");
    return out;
  }
  decodeInto(out, 0, text, table);
  return out;
}
function decodeInto(out, at, text, table) {
  let bits = 0;
  let held = 0;
  let to = at;
  for (let from = 0; from < text.length; from++) {
    bits = (bits << 6 | (table[text.charCodeAt(from)] ?? 0)) & 16383;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[to++] = bits >>> held & 255;
    }
  }
}
function isBase64url(text) {
  try {
    checkBase64(text, URL_TEXT, URL_DECODE);
    return true;
  } catch {
    return false;
  }
}
function toBase64url(bytes) {
  if (NATIVE !== void 0 && bytes.length >= NATIVE_FROM) {
    return NATIVE.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
  }
  return encodeBase64(bytes, URL_ENCODE);
}
function textToBase64url(text) {
  return NATIVE === void 0 ? toBase64url(utf8(text)) : NATIVE.from(text, "utf8").toString("base64url");
}
function fromBase64url(text) {
  checkBase64(text, URL_TEXT, URL_DECODE);
  return decodeBase64(text, URL_DECODE);
}
function putBase64url(out, at, text) {
  checkBase64(text, URL_TEXT, URL_DECODE);
  decodeInto(out, at, text, URL_DECODE);
}
function toHex(bytes) {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}
function fromHex(text) {
  if (!HEX.test(text)) throw new FormatError("format.hex", "not lower-case hexadecimal");
  const out = new Uint8Array(text.length / 2);
  for (let index = 0; index < out.length; index++) {
    out[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return out;
}

// lib/crypto/json/json-value.ts
var MAX_JSON_DEPTH = 64;
function jsonPointer(path) {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

// lib/crypto/json/canonical-json.ts
function refuse(message, path) {
  throw new FormatError("format.json", message, { pointer: jsonPointer(path) });
}
var PLAIN = /^[ !#-[\]-~]{0,64}$/;
function writeString(text, path) {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) refuse("a lone surrogate", path);
  return JSON.stringify(text);
}
function writeArray(items, path) {
  let out = "[";
  for (let index = 0; index < items.length; index++) {
    path.push(String(index));
    out += `${index === 0 ? "" : ","}${write(items[index], path)}`;
    path.pop();
  }
  return `${out}]`;
}
function isPlainObject(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
function writeObject(value, path) {
  if (!isPlainObject(value)) refuse("not a plain object", path);
  let out = "{";
  let first = true;
  for (const name of Object.keys(value).sort()) {
    path.push(name);
    out += `${first ? "" : ","}${writeString(name, path)}:${write(value[name], path)}`;
    first = false;
    path.pop();
  }
  return `${out}}`;
}
function write(value, path) {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return writeString(value, path);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) refuse("not a finite number", path);
      return JSON.stringify(value);
    case "object":
      if (path.length >= MAX_JSON_DEPTH) refuse("nested too deeply", path);
      return Array.isArray(value) ? writeArray(value, path) : writeObject(value, path);
    default:
      return refuse(`a value of type ${typeof value}`, path);
  }
}
function canonicalJson(value) {
  return write(value, []);
}
function canonicalBytes(value) {
  return utf8(canonicalJson(value));
}
function isOrdered(value, depth) {
  if (typeof value !== "object" || value === null) return true;
  if (depth >= MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isOrdered(item, depth + 1));
  let before;
  for (const name of Object.keys(value)) {
    if (before !== void 0 && before >= name) return false;
    before = name;
    const member = value[name];
    if (member !== void 0 && !isOrdered(member, depth + 1)) return false;
  }
  return true;
}
function isWrittenCanonically(value, text) {
  return isOrdered(value, 0) && JSON.stringify(value) === text && !text.includes("\\ud");
}
function parseCanonicalJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError("format.json", "not JSON");
  }
  if (!isWrittenCanonically(value, text) && canonicalJson(value) !== text)
    throw new FormatError("format.json", "not in canonical form");
  return value;
}

// lib/crypto/primitives.ts
import {
  createHash,
  createPublicKey as createPublicKey2,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  KeyObject,
  randomBytes as nodeRandomBytes,
  scrypt as nodeScrypt,
  hash as oneShotHash,
  sign,
  verify
} from "node:crypto";

// lib/crypto/primitives-quick.ts
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  randomBytes
} from "node:crypto";
var KEY_BYTES = 32;
var IV_BYTES = 12;
var ALGORITHM = "aes-256-gcm";
var OPTIONS = { authTagLength: 16 };
function withoutStacks(call) {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
var IGNORED_X = toBase64url(new Uint8Array(KEY_BYTES));
function requireKey(bytes) {
  if (bytes.length !== KEY_BYTES) throw new FormatError("format.key", "a key of 32 bytes is required");
}
function importPrivate(crv, bytes) {
  requireKey(bytes);
  const key = { kty: "OKP", crv, x: IGNORED_X, d: toBase64url(bytes) };
  return withoutStacks(() => createPrivateKey({ key, format: "jwk" }));
}
function importPublic(crv, bytes) {
  requireKey(bytes);
  const key = { kty: "OKP", crv, x: toBase64url(bytes) };
  return withoutStacks(() => createPublicKey({ key, format: "jwk" }));
}
var setup = Buffer.alloc(KEY_BYTES + IV_BYTES);
var setupKey = setup.subarray(0, KEY_BYTES);
var setupIv = setup.subarray(KEY_BYTES);
function withSetup(key, iv, create) {
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
var createCipher = () => createCipheriv(ALGORITHM, setupKey, setupIv, OPTIONS);
var createDecipher = () => createDecipheriv(ALGORITHM, setupKey, setupIv, OPTIONS);
function gcmCipher(key, iv) {
  return withSetup(key, iv, createCipher);
}
function gcmDecipher(key, iv) {
  return withSetup(key, iv, createDecipher);
}
var WRAP = "id-aes256-wrap";
var WRAP_IV = fromHex("a6a6a6a6a6a6a6a6");
function keyWrapCipher(kek) {
  return withoutStacks(() => createCipheriv(WRAP, kek, WRAP_IV));
}
function keyWrapDecipher(kek) {
  return withoutStacks(() => createDecipheriv(WRAP, kek, WRAP_IV));
}
function startHmac(key) {
  return withoutStacks(() => createHmac("sha256", key));
}
var POOLED_BYTES = 16;
var POOL_BYTES = 4096;
var pool = new Uint8Array(0);
var given = 0;
function pooledRandomBytes(length) {
  if (given + length > pool.length) {
    pool = Uint8Array.from(randomBytes(POOL_BYTES));
    given = 0;
  }
  const out = pool.slice(given, given + length);
  pool.fill(0, given, given + length);
  given += length;
  return out;
}
var SHORT_BYTES = 8192;
function areShort(parts) {
  let length = 0;
  for (const part of parts) length += typeof part === "string" ? Number.POSITIVE_INFINITY : part.length;
  return length <= SHORT_BYTES;
}

// lib/crypto/primitives.ts
var KEY_BYTES2 = 32;
var TAG_BYTES = 16;
var ZERO = new Uint8Array(KEY_BYTES2);
var JWK = { format: "jwk" };
function plain(bytes) {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
function randomBytes2(length) {
  return length > POOLED_BYTES ? Uint8Array.from(nodeRandomBytes(length)) : pooledRandomBytes(length);
}
function sha256(...parts) {
  const [only] = parts;
  if (parts.length === 1 && only !== void 0) return plain(oneShotHash("sha256", only, "buffer"));
  if (areShort(parts)) return plain(oneShotHash("sha256", concatAll(parts), "buffer"));
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return plain(hash.digest());
}
function sha256Text(part) {
  return oneShotHash("sha256", part, "base64url");
}
function hmacSha256(key, ...parts) {
  const hmac = startHmac(key);
  for (const part of parts) hmac.update(part);
  return plain(hmac.digest());
}
var FIRST_BLOCK = Uint8Array.of(1);
function aesGcmSeal(key, iv, plaintext, aad) {
  const cipher = gcmCipher(key, iv);
  if (aad !== void 0) cipher.setAAD(aad);
  const ciphertext = plain(cipher.update(plaintext));
  cipher.final();
  return { ciphertext, tag: plain(cipher.getAuthTag()) };
}
function aesGcmOpen(key, iv, ciphertext, tag, aad) {
  if (tag.length !== TAG_BYTES) throw new OpenError();
  try {
    const decipher = gcmDecipher(key, iv);
    if (aad !== void 0) decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    const head = decipher.update(ciphertext);
    decipher.final();
    return plain(head);
  } catch {
    throw new OpenError();
  }
}
function aesKeyWrap(kek, key) {
  const cipher = keyWrapCipher(kek);
  const wrapped = cipher.update(key);
  cipher.final();
  return plain(wrapped);
}
function aesKeyUnwrap(kek, wrapped) {
  if (wrapped.length < 24) throw new OpenError();
  try {
    const decipher = keyWrapDecipher(kek);
    const key = decipher.update(wrapped);
    decipher.final();
    return plain(key);
  } catch {
    throw new OpenError();
  }
}
function agree(privateKey, publicKey) {
  const peer = importPublic("X25519", publicKey);
  let shared;
  try {
    shared = plain(diffieHellman({ privateKey, publicKey: peer }));
  } catch {
    throw new FormatError("format.key", "the shared secret is zero");
  }
  if (equalConstantTime(shared, ZERO)) throw new FormatError("format.key", "the shared secret is zero");
  return shared;
}
function publicHalf(privateKey) {
  return jwkMember(createPublicKey2(privateKey).export({ format: "jwk" }), "x");
}
function x25519Handle(privateKey) {
  const key = importPrivate("X25519", privateKey);
  return { publicKey: publicHalf(key), derive: (publicKey) => agree(key, publicKey) };
}
function jwkMember(jwk, name) {
  const member = typeof jwk === "object" && jwk !== null ? Reflect.get(jwk, name) : void 0;
  if (typeof member !== "string") throw new Error("key generation gave no JWK");
  return fromBase64url(member);
}
function generateEncoded(encodings) {
  return Reflect.apply(generateKeyPairSync, void 0, ["x25519", encodings]);
}
function generateX25519() {
  const pair = generateEncoded({ publicKeyEncoding: JWK, privateKeyEncoding: JWK });
  return { publicKey: jwkMember(pair.publicKey, "x"), privateKey: jwkMember(pair.privateKey, "d") };
}
function ephemeralX25519() {
  const { publicKey, privateKey } = generateEncoded({ publicKeyEncoding: JWK });
  if (!(privateKey instanceof KeyObject)) throw new Error("key generation gave no key object");
  return { publicKey: jwkMember(publicKey, "x"), derive: (peer) => agree(privateKey, peer) };
}

// lib/crypto/concat-kdf.ts
var UINT32_BYTES = 4;
function putUint32(out, at, value) {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + UINT32_BYTES;
}
function putWithLength(out, at, bytes) {
  const from = putUint32(out, at, bytes.length);
  out.set(bytes, from);
  return from + bytes.length;
}
function concatKdf(input) {
  const { secret, apu, apv, keyBits } = input;
  const algorithm = utf8(input.algorithmId);
  const hashed = new Uint8Array(
    5 * UINT32_BYTES + secret.length + algorithm.length + apu.length + apv.length
  );
  let at = putUint32(hashed, 0, 1);
  hashed.set(secret, at);
  at += secret.length;
  for (const part of [algorithm, apu, apv]) at = putWithLength(hashed, at, part);
  putUint32(hashed, at, keyBits);
  const digest = sha256(hashed);
  hashed.fill(0);
  return digest.subarray(0, keyBits / 8);
}

// lib/crypto/uuid.ts
var UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
function isUuid(text) {
  return UUID.test(text);
}
function uuidv7(nowMs) {
  return uuidv7With(nowMs, randomBytes2(10));
}
function uuidv7With(nowMs, bits) {
  if (!Number.isSafeInteger(nowMs) || nowMs < 0 || nowMs >= 2 ** 48) {
    throw new FormatError("format.instant", "milliseconds outside 48 bits");
  }
  if (bits.length !== 10) throw new FormatError("format.length", "ten bytes expected");
  const random = Uint8Array.from(bits);
  random[0] = 112 | (random[0] ?? 0) & 15;
  random[2] = 128 | (random[2] ?? 0) & 63;
  const hex = nowMs.toString(16).padStart(12, "0") + toHex(random);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// lib/crypto/x25519-check.ts
var PRIME = 2n ** 255n - 19n;
var LOW_ORDER = /* @__PURE__ */ new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
]);
var LOW_ORDER_FIRST_BYTES = /* @__PURE__ */ new Set([0, 1, 224, 95, 236]);
function isCanonical(bytes) {
  const top = bytes[31] ?? 255;
  if (top !== 127) return top < 127;
  for (let index = 30; index >= 1; index--) if (bytes[index] !== 255) return true;
  return (bytes[0] ?? 255) < 237;
}
function checkX25519PublicKey(bytes) {
  if (bytes.length !== 32) throw new FormatError("format.key", "an X25519 public key has 32 bytes");
  if (!isCanonical(bytes)) throw new FormatError("format.key", "the public key is not canonical");
  if (LOW_ORDER_FIRST_BYTES.has(bytes[0] ?? 0) && LOW_ORDER.has(toHex(bytes)))
    throw new FormatError("format.key", "the public key is of low order");
}

// lib/crypto/envelope/envelope-format.ts
var KEY_ALGORITHM = "ECDH-ES+A256KW";
var CONTENT_ALGORITHM = "A256GCM";
var CEK_BYTES = 32;
var DECIMAL = /^[1-9][0-9]{0,14}$/;
var GROUP = /^[a-z][a-z0-9_]{0,63}$/;
var KID = /^([A-Za-z0-9._-]{1,64})#[1-9][0-9]{0,14}$/;
function isKid(kid) {
  const name = KID.exec(kid)?.[1];
  return name !== void 0 && (name === "escrow" || name.toLowerCase() !== "escrow");
}
function isEscrowKid(kid) {
  return kid.startsWith("escrow#");
}
function checkKids(kids2) {
  if (!kids2.every(isKid)) throw new FormatError("format.envelope", "a malformed key id");
  if (new Set(kids2).size !== kids2.length) throw new FormatError("format.envelope", "a key id stands twice");
  if (kids2.filter(isEscrowKid).length !== 1) {
    throw new FormatError("format.envelope", "exactly one escrow entry is required");
  }
}
function checkContext(context2) {
  const gen = context2.gen;
  if (!isUuid(context2.tx)) throw new FormatError("format.envelope", "tx is not a UUID");
  if (!GROUP.test(context2.group)) throw new FormatError("format.envelope", "a malformed group name");
  if (!DECIMAL.test(String(context2.ep))) throw new FormatError("format.envelope", "a malformed epoch");
  if (!Number.isSafeInteger(gen) || gen < 1) throw new FormatError("format.envelope", "a malformed gen");
  if (!isBase64url(context2.rd) || context2.rd.length !== 43)
    throw new FormatError("format.envelope", "rd is not 32 bytes");
}
function apuText(context2) {
  return `cfx1|tx=${context2.tx}|grp=${context2.group}|ep=${context2.ep}|gen=${context2.gen}`;
}
function commitment(cek, context2) {
  return hmacSha256(cek, utf8(`cfx1/commit|${apuText(context2)}`));
}
function isCommitted(cek, context2, cmt) {
  return equalConstantTime(commitment(cek, context2), fromBase64url(cmt));
}
function protectedText(context2, cmt) {
  const { tx: tx2, group, gen, rd } = context2;
  const cfx = { cmt, ep: String(context2.ep), gen, grp: group, rd, tx: tx2, v: 1 };
  return textToBase64url(JSON.stringify({ alg: KEY_ALGORITHM, cfx, enc: CONTENT_ALGORITHM, typ: "cfx+jwe" }));
}
function wrappingKey(secret, apu, kid) {
  return concatKdf({ secret, algorithmId: KEY_ALGORITHM, apu, apv: utf8(kid), keyBits: 256 });
}
function ephemeralBytes(epk) {
  const bytes = fromBase64url(epk.x);
  checkX25519PublicKey(bytes);
  return bytes;
}

// lib/crypto/envelope/padding.ts
var MINIMUM_LENGTH = 256;
var SPACE = 32;
function padmeLength(length) {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** Math.max(0, exponent - kept);
  return Math.ceil(length / step) * step;
}
function paddedLength(length) {
  return padmeLength(Math.max(MINIMUM_LENGTH, length));
}
function padWithSpaces(text) {
  return concat(text, new Uint8Array(paddedLength(text.length) - text.length).fill(SPACE));
}
function stripSpaces(padded) {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === SPACE) end -= 1;
  if (paddedLength(end) !== padded.length) throw new OpenError();
  return fromUtf8(padded.subarray(0, end));
}

// lib/crypto/envelope/record-digest.ts
var SALT_BYTES = 16;
var SALT_TEXT_LENGTH = 22;
var DIGEST_BYTES = 32;
var DIGEST_TEXT_LENGTH = 43;
var BUCKET = 16;
function disclosureOf({ group, name, value, salt }) {
  return textToBase64url(canonicalJson([salt, `${group}.${name}`, value]));
}
function fieldDigestText(field) {
  return sha256Text(disclosureOf(field));
}
function fieldDigest(field) {
  return sha256(disclosureOf(field));
}
function isSalt(text) {
  return typeof text === "string" && text.length === SALT_TEXT_LENGTH && isBase64url(text);
}
function recordDigest(tx2, list) {
  const prefix = utf8(`cfx1/rd|${tx2}|`);
  const hashed = new Uint8Array(prefix.length + list.length * DIGEST_BYTES);
  hashed.set(prefix);
  list.forEach((text, index) => {
    if (text.length !== DIGEST_TEXT_LENGTH)
      throw new FormatError("format.record", "a digest is not 32 bytes");
    putBase64url(hashed, prefix.length + index * DIGEST_BYTES, text);
  });
  return sha256Text(hashed);
}
function countFields(groups) {
  return Object.values(groups).reduce((count, fields2) => count + Object.keys(fields2).length, 0);
}
function listLength(fieldCount) {
  return BUCKET * Math.max(1, Math.ceil(fieldCount / BUCKET));
}
function digestFields(groups, salts) {
  return Object.entries(groups).flatMap(
    ([group, fields2]) => Object.entries(fields2).map(([name, value]) => {
      const salt = salts[group]?.[name];
      if (!isSalt(salt)) throw new FormatError("format.record", "a field has no salt of 16 bytes");
      return fieldDigest({ group, name, value, salt });
    })
  );
}
function buildRecordForTests(input) {
  const digests = digestFields(input.groups, input.salts);
  const missing = listLength(digests.length) - digests.length;
  if (input.decoys.length < missing) throw new FormatError("format.record", "too few decoys");
  const sorted = [...digests, ...input.decoys.slice(0, missing)].sort(compareBytes);
  const list = sorted.map(toBase64url);
  return { salts: input.salts, list, rd: recordDigest(input.tx, list) };
}
function buildRecord(input) {
  const salts = Object.fromEntries(
    Object.entries(input.groups).map(([group, fields2]) => [
      group,
      Object.fromEntries(Object.keys(fields2).map((name) => [name, toBase64url(randomBytes2(SALT_BYTES))]))
    ])
  );
  const pool2 = randomBytes2(listLength(countFields(input.groups)) * DIGEST_BYTES);
  const decoys = Array.from(
    { length: pool2.length / DIGEST_BYTES },
    (_, index) => pool2.slice(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES)
  );
  return buildRecordForTests({ ...input, salts, decoys });
}

// lib/crypto/envelope/open-envelope.ts
async function oneError(step) {
  try {
    return await step();
  } catch (error) {
    throw error instanceof FormatError ? new OpenError() : error;
  }
}
var BEFORE_COMMITMENT = utf8(`{"alg":"${KEY_ALGORITHM}","cfx":{"cmt":"`).length;
var COMMITMENT_LENGTH = 43;
var FIRST_GROUP = Math.floor(BEFORE_COMMITMENT / 3);
var AFTER_GROUPS = Math.ceil((BEFORE_COMMITMENT + COMMITMENT_LENGTH) / 3);
function storedCommitment(protectedBase64url) {
  const part = fromBase64url(protectedBase64url.slice(4 * FIRST_GROUP, 4 * AFTER_GROUPS));
  const from = BEFORE_COMMITMENT - 3 * FIRST_GROUP;
  const cmt = fromUtf8(part.subarray(from, from + COMMITMENT_LENGTH));
  if (cmt.length !== COMMITMENT_LENGTH || !isBase64url(cmt)) throw new OpenError();
  return cmt;
}
function bindEnvelope(envelope2, context2) {
  checkContext(context2);
  const cmt = storedCommitment(envelope2.protected);
  if (protectedText(context2, cmt) !== envelope2.protected) throw new OpenError();
  const apu = textToBase64url(apuText(context2));
  for (const { header } of envelope2.recipients) {
    if (header.apu !== apu || header.apv !== textToBase64url(header.kid)) throw new OpenError();
  }
  return { envelope: envelope2, cmt };
}
function recipientOf(envelope2, kid) {
  const recipient = envelope2.recipients.find((entry) => entry.header.kid === kid);
  if (recipient === void 0) throw new OpenError();
  return recipient;
}
async function unwrapContentKey(bound, context2) {
  const recipient = recipientOf(bound.envelope, context2.kid);
  const secret = await context2.derive(ephemeralBytes(recipient.header.epk));
  const kek = wrappingKey(secret, utf8(apuText(context2)), context2.kid);
  try {
    const cek = aesKeyUnwrap(kek, fromBase64url(recipient.encrypted_key));
    if (cek.length !== CEK_BYTES || !isCommitted(cek, context2, bound.cmt)) throw new OpenError();
    return cek;
  } finally {
    secret.fill(0);
    kek.fill(0);
  }
}
function decryptContent(envelope2, cek) {
  const plaintext = aesGcmOpen(
    cek,
    fromBase64url(envelope2.iv),
    fromBase64url(envelope2.ciphertext),
    fromBase64url(envelope2.tag),
    utf8(envelope2.protected)
  );
  try {
    return parseCanonicalJson(stripSpaces(plaintext));
  } finally {
    plaintext.fill(0);
  }
}
function objectOf(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new OpenError();
  return value;
}
function contentOf(value) {
  const content = objectOf(value);
  if (Object.keys(content).join() !== "fields,salts") throw new OpenError();
  const fields2 = objectOf(content.fields);
  const stored = new Map(Object.entries(objectOf(content.salts)));
  const salts = Object.keys(fields2).map((name) => {
    const salt = stored.get(name);
    if (!isSalt(salt)) throw new OpenError();
    return [name, salt];
  });
  if (salts.length !== stored.size) throw new OpenError();
  return { fields: fields2, salts: Object.fromEntries(salts) };
}
function checkRecord(content, context2, record2) {
  if (recordDigest(context2.tx, record2.list) !== context2.rd) throw new OpenError();
  const entries = Object.entries(content.fields);
  if (entries.length !== record2.fieldCount) throw new OpenError();
  const { list } = record2;
  for (const [name, value] of entries) {
    const salt = content.salts[name] ?? "";
    const digest = fieldDigestText({ group: context2.group, name, value, salt });
    const at = list.indexOf(digest);
    if (at < 0 || list.lastIndexOf(digest) !== at) throw new OpenError();
  }
}

// lib/crypto/envelope/parse-envelope.ts
function refuse2(message, pointer) {
  throw new FormatError("format.envelope", message, { pointer });
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function membersOf(value, names, pointer) {
  if (!isObject(value)) return refuse2("not an object", pointer);
  const isExact = Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
  return isExact ? value : refuse2(`members must be exactly ${names.join(", ")}`, pointer);
}
function textOf(value, pointer) {
  return typeof value === "string" ? value : refuse2("not a text", pointer);
}
function base64urlOf(value, pointer, length) {
  const text = textOf(value, pointer);
  if (!isBase64url(text)) refuse2("not base64url", pointer);
  if (length !== void 0 && text.length !== Math.ceil(length * 4 / 3))
    refuse2(`not ${length} bytes`, pointer);
  return text;
}
function parseRecipient(value, pointer = "") {
  const entry = membersOf(value, ["header", "encrypted_key"], pointer);
  const header = membersOf(entry.header, ["kid", "epk", "apu", "apv"], `${pointer}/header`);
  const epk = membersOf(header.epk, ["crv", "kty", "x"], `${pointer}/header/epk`);
  if (epk.crv !== "X25519" || epk.kty !== "OKP") refuse2("not an X25519 key", `${pointer}/header/epk`);
  const x = base64urlOf(epk.x, `${pointer}/header/epk/x`, 32);
  const recipient = {
    header: {
      kid: textOf(header.kid, `${pointer}/header/kid`),
      epk: { crv: "X25519", kty: "OKP", x },
      apu: base64urlOf(header.apu, `${pointer}/header/apu`),
      apv: base64urlOf(header.apv, `${pointer}/header/apv`)
    },
    encrypted_key: base64urlOf(entry.encrypted_key, `${pointer}/encrypted_key`, 40)
  };
  ephemeralBytes(recipient.header.epk);
  return recipient;
}
function parseEnvelopeForm(value) {
  const members = membersOf(value, ["protected", "recipients", "iv", "ciphertext", "tag"], "");
  const list = members.recipients;
  if (!Array.isArray(list)) refuse2("not an array", "/recipients");
  const envelope2 = {
    protected: base64urlOf(members.protected, "/protected"),
    recipients: list.map((entry, index) => parseRecipient(entry, `/recipients/${index}`)),
    iv: base64urlOf(members.iv, "/iv", 12),
    ciphertext: base64urlOf(members.ciphertext, "/ciphertext"),
    tag: base64urlOf(members.tag, "/tag", 16)
  };
  checkKids(envelope2.recipients.map((recipient) => recipient.header.kid));
  return envelope2;
}

// lib/crypto/envelope/seal-envelope.ts
function checkContent({ fields: fields2, salts }) {
  const names = Object.keys(fields2);
  const isSalted = names.every((name) => Object.hasOwn(salts, name) && isSalt(salts[name]));
  if (!isSalted || Object.keys(salts).length !== names.length) {
    throw new FormatError("format.record", "each field needs one salt of 16 bytes");
  }
}
function partyU(context2) {
  const text = apuText(context2);
  return { bytes: utf8(text), encoded: textToBase64url(text) };
}
function wrapWith(cek, apu, recipient, ephemeral = ephemeralX25519()) {
  if (cek.length !== CEK_BYTES) throw new FormatError("format.length", "a content key has 32 bytes");
  if (!isKid(recipient.kid)) throw new FormatError("format.envelope", "a malformed key id");
  checkX25519PublicKey(recipient.publicKey);
  const secret = ephemeral.derive(recipient.publicKey);
  const kek = wrappingKey(secret, apu.bytes, recipient.kid);
  try {
    return {
      header: {
        kid: recipient.kid,
        epk: { crv: "X25519", kty: "OKP", x: toBase64url(ephemeral.publicKey) },
        apu: apu.encoded,
        apv: textToBase64url(recipient.kid)
      },
      encrypted_key: toBase64url(aesKeyWrap(kek, cek))
    };
  } finally {
    secret.fill(0);
    kek.fill(0);
  }
}
function sealWith(input, material) {
  checkContext(input);
  checkKids(input.recipients.map((recipient) => recipient.kid));
  checkContent(input);
  const apu = partyU(input);
  const header = protectedText(input, toBase64url(commitment(material.cek, input)));
  const plaintext = padWithSpaces(canonicalBytes({ fields: input.fields, salts: input.salts }));
  const { ciphertext, tag } = aesGcmSeal(material.cek, material.iv, plaintext, utf8(header));
  plaintext.fill(0);
  return {
    protected: header,
    recipients: input.recipients.map(
      (recipient) => wrapWith(material.cek, apu, recipient, material.ephemeral(recipient.kid))
    ),
    iv: toBase64url(material.iv),
    ciphertext: toBase64url(ciphertext),
    tag: toBase64url(tag)
  };
}

// lib/crypto/envelope/envelope.ts
function parseEnvelope(value) {
  return parseEnvelopeForm(value);
}
function bodyDigest(envelope2) {
  const { iv, ciphertext, tag } = envelope2;
  return sha256Text(`cfx1/body|${envelope2.protected}.${iv}.${ciphertext}.${tag}`);
}
function entryText({ header, encrypted_key }) {
  const { apu, apv, epk, kid } = header;
  const { crv, kty, x } = epk;
  return JSON.stringify({ encrypted_key, header: { apu, apv, epk: { crv, kty, x }, kid } });
}
function recipientsDigest(recipients2) {
  const byKid = recipients2.map((entry) => ({ kid: utf8(entry.header.kid), text: entryText(entry) }));
  byKid.sort((a, b) => compareBytes(a.kid, b.kid));
  return sha256Text(`cfx1/recipients|[${byKid.map(({ text }) => text).join(",")}]`);
}
function withDigests(envelope2) {
  return {
    envelope: envelope2,
    bodyDigest: bodyDigest(envelope2),
    recipientsDigest: recipientsDigest(envelope2.recipients)
  };
}
function sealEnvelope(input) {
  const cek = randomBytes2(CEK_BYTES);
  try {
    return withDigests(sealWith(input, { cek, iv: randomBytes2(12), ephemeral: () => ephemeralX25519() }));
  } finally {
    cek.fill(0);
  }
}
function openEnvelope(input) {
  return oneError(async () => {
    const bound = bindEnvelope(parseEnvelope(input.envelope), input);
    const cek = await unwrapContentKey(bound, input);
    try {
      const content = contentOf(decryptContent(bound.envelope, cek));
      checkRecord(content, input, input);
      return content;
    } finally {
      cek.fill(0);
    }
  });
}

// .tmp-prof/loop.ts
var pairs = Array.from({ length: 4 }, () => generateX25519());
var kids = ["client-456#1", "miner-789#1", "miner-456#1", "escrow#1"];
var recipients = pairs.map((pair, index) => ({ kid: kids[index], publicKey: pair.publicKey }));
var tx = uuidv7(Date.now());
var fields = { narrative: toBase64url(randomBytes2(600)) };
var record = buildRecord({ tx, groups: { narrative: fields } });
var context = { tx, group: "narrative", ep: "1", gen: 1, rd: record.rd };
var { envelope } = sealEnvelope({ ...context, fields, salts: record.salts.narrative, recipients });
var handle = x25519Handle(pairs[0].privateKey);
for (let i = 0; i < 6e4; i++) await openEnvelope({ ...context, envelope, list: record.list, fieldCount: 1, kid: "client-456#1", derive: (epk) => handle.derive(epk) });
var u = process.cpuUsage();
console.log((u.user + u.system) / 6e4);
