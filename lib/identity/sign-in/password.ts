import "server-only";
import { equalConstantTime, fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { randomBytes, scrypt } from "@/lib/crypto/primitives";

const COST = { N: 32_768, r: 8, p: 1 } as const;
const SHAPE = /^scrypt\$1\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

/** Returns the scrypt hash (RFC 7914) with version 1's cost, as `scrypt$1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await scrypt(password.normalize("NFKC"), salt, COST, 32);
  return `scrypt$1$${toBase64url(salt)}$${toBase64url(hash)}`;
}

/** Returns whether a password matches the hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const match = SHAPE.exec(stored);
  const [salt, hash] = [match?.[1], match?.[2]];
  if (salt === undefined || hash === undefined) return false;
  return equalConstantTime(
    await scrypt(password.normalize("NFKC"), fromBase64url(salt), COST, 32),
    fromBase64url(hash),
  );
}
