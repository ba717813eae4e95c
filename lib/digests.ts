import { fromBase64url, toHex } from "@/lib/crypto/bytes";

// How digests and fingerprints are written for people. Apart from lib/format.ts, which is in the script of every page and does not decode.

/**
 * A fingerprint's first bytes as people compare them aloud: groups of four hexadecimal digits. The fingerprint is
 * base64url, as the API has it.
 */
export function spokenGroups(fingerprint: string, groups: number): string {
  return (toHex(fromBase64url(fingerprint)).match(/.{4}/g) ?? []).slice(0, groups).join(" ");
}

/** Returns base64url as lower-case hex, as `sha256sum` prints it: for comparing by hand. Other text stays as it is. */
export function hexOfDigest(digest: string): string {
  try {
    return toHex(fromBase64url(digest));
  } catch {
    return digest;
  }
}
