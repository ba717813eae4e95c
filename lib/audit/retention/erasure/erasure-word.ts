import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import { equalConstantTime, isBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { hkdfSha256, hmacSha256, sha256 } from "@/lib/crypto/primitives";

const NAME_PREFIX = Uint8Array.of(0x71);
const INFO = utf8("sealport/erasure-word/1");
const NO_SALT = new Uint8Array(0);

/** A person's statement about an erasure: that they request it or agree to it, and for which key. */
export interface ErasureWord {
  readonly action: "erasure.ask" | "erasure.agree";
  /** Pseudonym of the person who makes the statement. */
  readonly actor: string;
  readonly erasure: string;
  readonly compartment: string;
  /** Name of the key in this erasure (`keyName`). */
  readonly keyName: string;
}

/**
 * Returns SHA-256(0x71 ‖ the erasure's id ‖ key), base64url: the name of a key in one erasure. It differs from the
 * mark in the person's entries, so that a reader of the request does not learn whose erasure it is.
 */
export function keyName(erasure: string, key: Uint8Array): string {
  return toBase64url(sha256(NAME_PREFIX, utf8(erasure), key));
}

function macOf(
  orgKey: Uint8Array,
  { action, actor, erasure, compartment, keyName }: ErasureWord,
): Uint8Array {
  const key = hkdfSha256(orgKey, NO_SALT, INFO, 32);
  return hmacSha256(key, canonicalBytes([action, actor, erasure, compartment, keyName]));
}

/**
 * Returns the HMAC-SHA-256 of a statement, base64url, with a key derived (HKDF, RFC 5869) from the organisation's
 * compartment key. A reader with the key of one entry's org part can seal another part in its place, but cannot make
 * this MAC.
 */
export function wordMac(orgKey: Uint8Array, word: ErasureWord): string {
  return toBase64url(macOf(orgKey, word));
}

/**
 * Returns whether this is the MAC of this statement with the organisation's compartment key. Compares in constant
 * time.
 */
export function isWordMac(orgKey: Uint8Array, word: ErasureWord, mac: string): boolean {
  return isBase64url(mac) && equalConstantTime(utf8(wordMac(orgKey, word)), utf8(mac));
}

/** Returns the key of an erasure's compartment, if it opens as a person's of this tenant. */
export async function personKey(
  cx: Pick<AuditContext, "audit" | "instance">,
  compartment: string,
  pseudonym?: string,
): Promise<Uint8Array | undefined> {
  const named = (await cx.audit.compartments.openNamed([compartment])).get(compartment);
  if (named?.kind !== "subject" || named.tenantId !== cx.instance.tenantId) return undefined;
  return pseudonym === undefined || named.subject === pseudonym ? named.key : undefined;
}

/** Returns the details of the entry in which the caller requests, or agrees to, the erasure of this key. */
export async function sayWord(
  cx: Context,
  said: Pick<ErasureWord, "action" | "erasure" | "compartment">,
  key: Uint8Array,
): Promise<Record<string, string>> {
  const { tenantId } = cx.instance;
  const { erasure, compartment } = said;
  const org = await cx.audit.compartments.open({ tenantId, kind: "org", subject: tenantId });
  const word = { ...said, actor: cx.principal.pseudonym, keyName: keyName(erasure, key) };
  return { erasure, compartment, key_name: word.keyName, mac: wordMac(org.key, word) };
}
