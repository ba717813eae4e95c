import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { DomainError, invalidField } from "@/lib/errors";

/** The version of a request as a strong entity tag (RFC 9110, 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The entity tag of one answer about a version: the version, and a digest of the answer's own bytes. What the reader sees
 * can change without a new version, e.g. by the time of day.
 */
export function etagOfAnswer(version: number, json: string): string {
  return `"${version}.${toBase64url(sha256(utf8(json))).slice(0, 22)}"`;
}

/** Whether If-None-Match names this entity tag, compared weakly (RFC 9110, 13.1.2). */
export function namesTag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, "") === etag);
}

/**
 * Returns the version that an If-Match names; undefined without one or for `*`. A list of tags is not accepted. Of the
 * tag of an answer its version counts.
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const match = /^"([1-9][0-9]{0,8})(?:\.[A-Za-z0-9_-]{22})?"$/.exec(ifMatch.trim());
  if (match === null) throw invalidField("/if-match", "is not the ETag of a request");
  return Number(match[1]);
}

/** The strong entity tag of settings that are set as a whole: SHA-256 of their canonical JSON. */
export function contentEtagOf(settings: Readonly<Record<string, unknown>>): string {
  return `"${toBase64url(sha256(canonicalBytes(settings)))}"`;
}

/**
 * Throws `request.outdated` when an If-Match names other settings than these. Call it after the lock that protects
 * them. Without an If-Match, or with `*`, the last writer wins.
 */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  const named = ifMatch?.trim();
  if (named === undefined || named === "*" || named === etag) return;
  throw new DomainError("request.outdated", {
    detail: "It has changed since you read it (If-Match). Read it again.",
  });
}
