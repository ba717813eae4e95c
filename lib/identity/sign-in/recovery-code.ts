import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256, randomBytes } from "@/lib/crypto/primitives";
import type { SessionSecret } from "@/lib/identity/sessions/session-token";

export const RECOVERY_CODES = 10;
const LENGTH = 12;
/** Crockford's base32: no letter that looks like a digit. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

function plainOf(code: string): string {
  return code
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, "")
    .replaceAll("o", "0")
    .replaceAll(/[il]/g, "1");
}

/** Returns a new code of 60 bits, in three groups. */
export function newRecoveryCode(): string {
  const text = Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join("");
  return text.replaceAll(/(.{4})(?=.)/g, "$1-");
}

/**
 * Returns the stored hash, keyed by the instance's secret and bound to the person. So the rows do not help in guessing.
 */
export function hashRecoveryCode(cx: SessionSecret, userId: string, code: string): string {
  return toBase64url(
    hmacSha256(cx.sessionSecret, utf8(`sealport/recovery-code/1\n${userId}\n${plainOf(code)}`)),
  );
}
