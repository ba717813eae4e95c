import { concat, fromBase64url, fromUtf8, toBase64url, utf8 } from "./bytes";
import { concatKdf } from "./concat-kdf";
import {
  CEK_BYTES,
  CONTENT_ALGORITHM,
  type EphemeralKey,
  ephemeralBytes,
  KEY_ALGORITHM,
} from "./envelope/envelope-format";
import { type Derive, oneError } from "./envelope/open-envelope";
import { OpenError } from "./format-error";
import { canonicalBytes, type Json, parseCanonicalJson } from "./json/canonical-json";
import {
  aesGcmOpen,
  aesGcmSeal,
  aesKeyUnwrap,
  aesKeyWrap,
  ed25519Verify,
  ephemeralX25519,
  randomBytes,
  sha256,
} from "./primitives";
import { checkX25519PublicKey } from "./x25519-check";

/** A custodian's answer: a JWE in flattened JSON form (RFC 7516 section 7.2.2) with exactly these members. */
export interface ReplyJwe {
  readonly protected: string;
  readonly encrypted_key: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/** What a reply answers: the intent entry, transaction and group, and the key it is sealed to. */
export interface ReplyContext {
  readonly intent: string;
  readonly tx: string;
  readonly group: string;
  /** Public key of 32 bytes. */
  readonly replyKey: Uint8Array;
}

/** The fields a grant covers, and which of them are masked. */
export interface ReplyPayload {
  readonly fields: Json;
  readonly masked: Json;
  /** Salts by field, if they were asked for and the group is not masked: with them the fields match the record's digests. */
  readonly salts?: Json;
}

/** RFC 7638 thumbprint of an X25519 public key: SHA-256 of its required members, raw. */
export function jwkThumbprintBytes(publicKey: Uint8Array): Uint8Array {
  return sha256(canonicalBytes({ crv: "X25519", kty: "OKP", x: toBase64url(publicKey) }));
}

/** RFC 7638 thumbprint of an X25519 public key as base64url text. */
export function jwkThumbprint(publicKey: Uint8Array): string {
  return toBase64url(jwkThumbprintBytes(publicKey));
}

function apuBytes(context: ReplyContext): Uint8Array {
  return utf8(`cfx1r|intent=${context.intent}|tx=${context.tx}|grp=${context.group}`);
}

function headerText(context: ReplyContext, epkX: string): string {
  const epk: EphemeralKey = { crv: "X25519", kty: "OKP", x: epkX };
  const header = {
    alg: KEY_ALGORITHM,
    enc: CONTENT_ALGORITHM,
    typ: "cfx-reply+jwe",
    apu: toBase64url(apuBytes(context)),
    apv: jwkThumbprint(context.replyKey),
    epk,
  };
  return toBase64url(canonicalBytes(header));
}

function replyWrappingKey(secret: Uint8Array, context: ReplyContext): Uint8Array {
  const apv = jwkThumbprintBytes(context.replyKey);
  return concatKdf({ secret, algorithmId: KEY_ALGORITHM, apu: apuBytes(context), apv, keyBits: 256 });
}

function signedBytes(jwe: ReplyJwe): Uint8Array {
  return concat(utf8("sealport/reply/1\n"), sha256(canonicalBytes(jwe)));
}

/**
 * Seals a custodian's answer to the reply key and signs it (crypto.md "Answer"). All header members are
 * protected; PartyVInfo is the thumbprint's 32 bytes.
 */
export function sealReply(
  input: ReplyContext & {
    readonly payload: ReplyPayload;
    /** Signs with the custodian's Ed25519 key. */
    readonly sign: (message: Uint8Array) => Uint8Array;
  },
): { jwe: ReplyJwe; signature: string } {
  checkX25519PublicKey(input.replyKey);
  const ephemeral = ephemeralX25519();
  const cek = randomBytes(CEK_BYTES);
  const iv = randomBytes(12);
  const header = headerText(input, toBase64url(ephemeral.publicKey));
  const kek = replyWrappingKey(ephemeral.derive(input.replyKey), input);
  const { fields, masked, salts } = input.payload;
  const plaintext = canonicalBytes({ fields, masked, ...(salts === undefined ? {} : { salts }) });
  const { ciphertext, tag } = aesGcmSeal(cek, iv, plaintext, utf8(header));
  const jwe: ReplyJwe = {
    protected: header,
    encrypted_key: toBase64url(aesKeyWrap(kek, cek)),
    iv: toBase64url(iv),
    ciphertext: toBase64url(ciphertext),
    tag: toBase64url(tag),
  };
  cek.fill(0);
  kek.fill(0);
  return { jwe, signature: toBase64url(input.sign(signedBytes(jwe))) };
}

function storedEphemeral(header: string): EphemeralKey {
  const value: unknown = parseCanonicalJson(fromUtf8(fromBase64url(header)));
  const epk: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "epk") : undefined;
  const x: unknown = typeof epk === "object" && epk !== null ? Reflect.get(epk, "x") : undefined;
  if (typeof x !== "string") throw new OpenError();
  return { crv: "X25519", kty: "OKP", x };
}

function replyPayload(plaintext: Uint8Array): ReplyPayload {
  const value = parseCanonicalJson(fromUtf8(plaintext));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new OpenError();
  const { fields, masked, salts, ...others } = value;
  if (fields === undefined || masked === undefined || Object.keys(others).length > 0) throw new OpenError();
  return { fields, masked, ...(salts === undefined ? {} : { salts }) };
}

/**
 * Verifies the custodian's signature, rebuilds the header from the requester's own values, and opens the answer. Throws
 * the same OpenError for every refusal.
 */
export function openReply(
  input: ReplyContext & {
    readonly jwe: ReplyJwe;
    readonly signature: string;
    readonly derive: Derive;
    readonly custodianPublicKey: Uint8Array;
  },
): Promise<ReplyPayload> {
  return oneError(async () => {
    const { jwe } = input;
    const isSigned = ed25519Verify(
      input.custodianPublicKey,
      signedBytes(jwe),
      fromBase64url(input.signature),
    );
    const epk = storedEphemeral(jwe.protected);
    if (!isSigned || headerText(input, epk.x) !== jwe.protected) throw new OpenError();
    const kek = replyWrappingKey(await input.derive(ephemeralBytes(epk)), input);
    const cek = aesKeyUnwrap(kek, fromBase64url(jwe.encrypted_key));
    if (cek.length !== CEK_BYTES) throw new OpenError();
    const [iv, ciphertext, tag] = [jwe.iv, jwe.ciphertext, jwe.tag].map(fromBase64url);
    if (iv === undefined || ciphertext === undefined || tag === undefined) throw new OpenError();
    return replyPayload(aesGcmOpen(cek, iv, ciphertext, tag, utf8(jwe.protected)));
  });
}
