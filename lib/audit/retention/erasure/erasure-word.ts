import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import { equalConstantTime, isBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { hkdfSha256, hmacSha256, sha256 } from "@/lib/crypto/primitives";

const NAME_PREFIX = Uint8Array.of(0x71);
const INFO = utf8("sealport/erasure-word/1");
const NO_SALT = new Uint8Array(0);

/** What a person says of an erasure: that it is asked for or agreed to, and of which key it is. */
export interface ErasureWord {
  readonly action: "erasure.ask" | "erasure.agree";
  /** Pseudonym of the person whose word it is. */
  readonly actor: string;
  readonly erasure: string;
  readonly compartment: string;
  /** Name of the key in this erasure (`keyName`). */
  readonly keyName: string;
}

/**
 * SHA-256(0x71 ‖ the erasure's id ‖ key), base64url: names a key in one erasure. It is not the mark that stands in the
 * person's entries, so that who reads the ask does not learn from it whose erasure is asked for.
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
 * HMAC-SHA-256 of a word under a key derived (HKDF, RFC 5869) from the organisation's compartment key, base64url: whoever
 * was given the key of one entry's org part can seal another in its place, and cannot make this.
 */
export function wordMac(orgKey: Uint8Array, word: ErasureWord): string {
  return toBase64url(macOf(orgKey, word));
}

/** Whether this is the MAC of this word under the organisation's compartment key, compared in constant time. */
export function isWordMac(orgKey: Uint8Array, word: ErasureWord, mac: string): boolean {
  return isBase64url(mac) && equalConstantTime(utf8(wordMac(orgKey, word)), utf8(mac));
}

/** The key of an erasure's compartment, where it opens as a person's of this tenant. */
export async function personKey(
  cx: Pick<AuditContext, "audit" | "instance">,
  compartment: string,
  pseudonym?: string,
): Promise<Uint8Array | undefined> {
  const named = (await cx.audit.compartments.openNamed([compartment])).get(compartment);
  if (named?.kind !== "subject" || named.tenantId !== cx.instance.tenantId) return undefined;
  return pseudonym === undefined || named.subject === pseudonym ? named.key : undefined;
}

/** The details of the entry in which the caller asks for, or agrees to, the erasure of this key. */
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
