import { equalConstantTime, fromBase64url, utf8 } from "./bytes";
import { FormatError } from "./format-error";
import { parseSeconds } from "./instant";
import { canonicalJson, parseCanonicalJson } from "./json/canonical-json";
import { hkdfSha256, hmacSha256, sha256 } from "./primitives";
import { checkX25519PublicKey } from "./x25519-check";

const VERSION = "sealport/pop/1";
const INFO = utf8(VERSION);
const NAMES = [
  "actor",
  "ephemeral_key",
  "expires_at",
  "key_id",
  "log",
  "nonce",
  "participant",
  "public_key",
  "session",
] as const;

/** The content of one challenge (privacy.md "Proof of key possession"), without the version. */
export interface PossessionClaims {
  readonly log: string;
  readonly participant: string;
  readonly key_id: string;
  /** The key to be proven, base64url of 32 bytes. */
  readonly public_key: string;
  /** The server's fresh key, base64url of 32 bytes. */
  readonly ephemeral_key: string;
  readonly actor: string;
  /** Session id or API-key prefix. */
  readonly session: string;
  /** base64url of 32 bytes, used once. */
  readonly nonce: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly expires_at: string;
}

function checkClaims(claims: PossessionClaims): void {
  checkX25519PublicKey(fromBase64url(claims.public_key));
  checkX25519PublicKey(fromBase64url(claims.ephemeral_key));
  if (fromBase64url(claims.nonce).length !== 32)
    throw new FormatError("format.length", "a nonce has 32 bytes");
  parseSeconds(claims.expires_at);
}

/** The text ctx = JCS({v, …claims}), which the challenge carries as `context`. */
export function possessionContext(claims: PossessionClaims): string {
  checkClaims(claims);
  return canonicalJson(Object.fromEntries([["v", VERSION], ...NAMES.map((name) => [name, claims[name]])]));
}

/** Strict inverse of `possessionContext`. The client compares log, participant and key with its own. */
export function parsePossessionContext(context: string): PossessionClaims {
  const value = parseCanonicalJson(context);
  const members = new Map<string, unknown>(value === null ? [] : Object.entries(value));
  const text = (name: string): string => {
    const member = members.get(name);
    if (typeof member !== "string") throw new FormatError("format.text", `${name} is missing`);
    return member;
  };
  const claims: PossessionClaims = {
    log: text("log"),
    participant: text("participant"),
    key_id: text("key_id"),
    public_key: text("public_key"),
    ephemeral_key: text("ephemeral_key"),
    actor: text("actor"),
    session: text("session"),
    nonce: text("nonce"),
    expires_at: text("expires_at"),
  };
  if (possessionContext(claims) !== context) throw new FormatError("format.text", "not a possession context");
  return claims;
}

/** k = HKDF-SHA-256(Z, salt SHA-256(ctx), info `sealport/pop/1`, 32) (RFC 5869). */
export function possessionKey(sharedSecret: Uint8Array, context: string): Uint8Array {
  return hkdfSha256(sharedSecret, sha256(utf8(context)), INFO, 32);
}

/**
 * Returns one side's tag: HMAC-SHA-256(k, `server` or `client` ‖ 0x00 ‖ ctx). Z is X25519 of the proven key and the
 * ephemeral key, computed where the private key is. That code must refuse an all-zero Z.
 */
export function possessionTag(
  side: "server" | "client",
  sharedSecret: Uint8Array,
  context: string,
): Uint8Array {
  const key = possessionKey(sharedSecret, context);
  const tag = hmacSha256(key, utf8(`${side}\0`), utf8(context));
  key.fill(0);
  return tag;
}

/** Returns in constant time whether a tag is the given side's. */
export function verifyPossessionTag(
  side: "server" | "client",
  sharedSecret: Uint8Array,
  context: string,
  tag: Uint8Array,
): boolean {
  return equalConstantTime(possessionTag(side, sharedSecret, context), tag);
}
