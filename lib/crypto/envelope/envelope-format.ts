import { equalConstantTime, fromBase64url, isBase64url, textToBase64url, utf8 } from "../bytes";
import { concatKdf } from "../concat-kdf";
import { FormatError } from "../format-error";
import type { Json } from "../json/canonical-json";
import { hmacSha256 } from "../primitives";
import { isUuid } from "../uuid";
import { checkX25519PublicKey } from "../x25519-check";

/** Key agreement of every recipient entry (RFC 7518 section 4.6, RFC 8037 section 3.2). */
export const KEY_ALGORITHM = "ECDH-ES+A256KW";
/** Content encryption (RFC 7518 section 5.3). */
export const CONTENT_ALGORITHM = "A256GCM";
/** Bytes of a content-encryption key. */
export const CEK_BYTES = 32;

/** An ephemeral X25519 public key as JWK with exactly these members (RFC 8037 section 2). */
export interface EphemeralKey {
  readonly crv: "X25519";
  readonly kty: "OKP";
  readonly x: string;
}

/** One recipient's entry of a JWE in General JSON form (RFC 7516 section 7.2.1). */
export interface EnvelopeRecipient {
  readonly header: {
    readonly kid: string;
    readonly epk: EphemeralKey;
    readonly apu: string;
    readonly apv: string;
  };
  readonly encrypted_key: string;
}

/** A cfx1 envelope: a JWE in General JSON form (RFC 7516 section 7.2.1) with exactly these members. */
export interface Envelope {
  readonly protected: string;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/** What an envelope is bound to. It always comes from our own records and never from the envelope. */
export interface EnvelopeContext {
  readonly tx: string;
  readonly group: string;
  /** Escrow epoch at sealing; a re-wrap never changes it. */
  readonly ep: string | number;
  /** 1, plus 1 at each reseal. */
  readonly gen: number;
  /** Record digest, base64url. */
  readonly rd: string;
}

/** The fields and salts of one disclosure group. */
export interface GroupContent {
  readonly fields: Record<string, Json>;
  readonly salts: Record<string, string>;
}

const DECIMAL = /^[1-9][0-9]{0,14}$/;
const GROUP = /^[a-z][a-z0-9_]{0,63}$/;
const KID = /^(?:escrow|(?![eE][sS][cC][rR][oO][wW]#)[A-Za-z0-9._-]{1,64})#[1-9][0-9]{0,14}$/;

/**
 * Returns whether a key id is `<participant>#<version>` or `escrow#<epoch>`. Other letter cases of `escrow` are not
 * accepted.
 */
export function isKid(kid: string): boolean {
  return KID.test(kid);
}

/** Returns whether a key id is an escrow epoch's. */
export function isEscrowKid(kid: string): boolean {
  return kid.startsWith("escrow#");
}

/** Refuses a set of key ids unless all are well-formed and unique and exactly one is the escrow's. */
export function checkKids(kids: readonly string[]): void {
  if (!kids.every(isKid)) throw new FormatError("format.envelope", "a malformed key id");
  if (new Set(kids).size !== kids.length) throw new FormatError("format.envelope", "a key id occurs twice");
  if (kids.filter(isEscrowKid).length !== 1) {
    throw new FormatError("format.envelope", "exactly one escrow entry is required");
  }
}

/** Refuses a context that could be read in two ways, because `|` and `=` separate its parts in apu. */
export function checkContext(context: EnvelopeContext): void {
  const gen = context.gen;
  if (!isUuid(context.tx)) throw new FormatError("format.envelope", "tx is not a UUID");
  if (!GROUP.test(context.group)) throw new FormatError("format.envelope", "a malformed group name");
  if (!DECIMAL.test(String(context.ep))) throw new FormatError("format.envelope", "a malformed epoch");
  if (!Number.isSafeInteger(gen) || gen < 1) throw new FormatError("format.envelope", "a malformed gen");
  if (!isBase64url(context.rd) || context.rd.length !== 43)
    throw new FormatError("format.envelope", "rd is not 32 bytes");
}

/** Text of PartyUInfo: `cfx1|tx=<tx>|grp=<g>|ep=<ep>|gen=<gen>`. */
export function apuText(context: EnvelopeContext): string {
  return `cfx1|tx=${context.tx}|grp=${context.group}|ep=${context.ep}|gen=${context.gen}`;
}

/** PartyUInfo as bytes, and as a header has it. */
export interface PartyU {
  readonly bytes: Uint8Array;
  readonly encoded: string;
}

/** Returns PartyUInfo, which is the same for all recipients of an envelope. */
export function partyU(context: EnvelopeContext): PartyU {
  const text = apuText(context);
  return { bytes: utf8(text), encoded: textToBase64url(text) };
}

const COMMIT = utf8("cfx1/commit|");

/**
 * Returns the key commitment cmt = HMAC-SHA-256(CEK, `cfx1/commit|` ‖ apu), because plain AES-GCM does not commit to its
 * key.
 */
export function commitment(cek: Uint8Array, apu: PartyU): Uint8Array {
  return hmacSha256(cek, COMMIT, apu.bytes);
}

/** Returns in constant time whether an envelope commits to this content key. */
export function isCommitted(cek: Uint8Array, apu: PartyU, cmt: string): boolean {
  return equalConstantTime(commitment(cek, apu), fromBase64url(cmt));
}

/**
 * Returns the base64url text of the protected header. All of it except cmt comes from our records. This is the JCS text
 * (RFC 8785 section 3.2): the members are in order, and `checkContext` and base64url leave nothing to escape. A JSON
 * writer takes 0.5 µs longer. The known answers check that both are equal.
 */
export function protectedText(context: EnvelopeContext, cmt: string): string {
  const { tx, group, ep, gen, rd } = context;
  const cfx = `{"cmt":"${cmt}","ep":"${ep}","gen":${gen},"grp":"${group}","rd":"${rd}","tx":"${tx}","v":1}`;
  return textToBase64url(
    `{"alg":"${KEY_ALGORITHM}","cfx":${cfx},"enc":"${CONTENT_ALGORITHM}","typ":"cfx+jwe"}`,
  );
}

/** Returns the key that wraps the CEK for one recipient (RFC 7518 section 4.6.2). */
export function wrappingKey(secret: Uint8Array, apu: Uint8Array, kid: string): Uint8Array {
  return concatKdf({ secret, algorithmId: KEY_ALGORITHM, apu, apv: utf8(kid), keyBits: 256 });
}

/** Returns the bytes of an ephemeral key after checking that it is canonical and not of low order. */
export function ephemeralBytes(epk: EphemeralKey): Uint8Array {
  const bytes = fromBase64url(epk.x);
  checkX25519PublicKey(bytes);
  return bytes;
}
