import { describe, expect, it } from "vitest";
import { allowsAddress } from "@/lib/addresses";
import { utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { hashApiKey, isApiKey, newApiKey, prefixOf } from "@/lib/identity/api-keys/api-key";
import { presentedKey } from "@/lib/identity/authenticate";
import { deriveApiKeySecret } from "@/lib/identity/instance-secret";
import { hashPassword, verifyPassword } from "@/lib/identity/sign-in/password";

const SECRET = deriveApiKeySecret(new Uint8Array(32).fill(1));
const OTHER = deriveApiKeySecret(new Uint8Array(32).fill(2));

describe("API keys", () => {
  it("a key names its prefix and matches only its own hash", () => {
    const [one, two] = [newApiKey(SECRET), newApiKey(SECRET)];
    expect(prefixOf(one.key)).toBe(one.prefix);
    expect(isApiKey(SECRET, one.key, one.secretHash)).toBe(true);
    expect(isApiKey(SECRET, one.key, two.secretHash)).toBe(false);
    expect(hashApiKey(SECRET, one.key)).toEqual(one.secretHash);
    expect(one.key).toMatch(/^sp_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
  });

  it("a person who can write rows cannot create a key: its hash needs the instance's secret", () => {
    const { key } = newApiKey(OTHER);
    expect(SECRET).not.toEqual(new Uint8Array(32).fill(1));
    for (const forged of [
      sha256(utf8(key)),
      hashApiKey(OTHER, key),
      hashApiKey(new Uint8Array(32).fill(1), key),
    ])
      expect(isApiKey(SECRET, key, forged)).toBe(false);
  });

  it("the checksum refuses a key with one changed character, without a look-up", () => {
    const { key } = newApiKey(SECRET);
    let refused = 0;
    for (let at = 3; at < key.length; at++) {
      const other = key.charAt(at) === "a" ? "b" : "a";
      if (prefixOf(`${key.slice(0, at)}${other}${key.slice(at + 1)}`) === undefined) refused += 1;
    }
    // Each checksum character is one of 62, so a change may pass by chance.
    expect(refused).toBeGreaterThanOrEqual(key.length - 5);
  });

  it("a key comes in one of two headers, never both", () => {
    expect(presentedKey(new Headers({ authorization: "Bearer abc" }))).toBe("abc");
    expect(presentedKey(new Headers({ "x-api-key": "abc" }))).toBe("abc");
    expect(presentedKey(new Headers())).toBeUndefined();
    expect(() => presentedKey(new Headers({ authorization: "Basic abc" }))).toThrow();
    expect(() => presentedKey(new Headers({ authorization: "Bearer a", "x-api-key": "a" }))).toThrow();
  });

  it("a key bound to addresses works only from those, IPv4-mapped ones included", () => {
    expect(allowsAddress([], undefined)).toBe(true);
    expect(allowsAddress(["192.0.2.0/24", "2001:db8::/32"], "192.0.2.9")).toBe(true);
    expect(allowsAddress(["192.0.2.0/24"], "::ffff:192.0.2.9")).toBe(true);
    expect(allowsAddress(["2001:db8::/32"], "2001:db8::1")).toBe(true);
    expect(allowsAddress(["192.0.2.0/24"], "198.51.100.1")).toBe(false);
    expect(allowsAddress(["192.0.2.0/24"], undefined)).toBe(false);
  });
});

describe("passwords", () => {
  it("a password verifies only against its own salted hash", async () => {
    const stored = await hashPassword("correct horse battery");
    expect(await verifyPassword("correct horse battery", stored)).toBe(true);
    expect(await verifyPassword("correct horse batterz", stored)).toBe(false);
    expect(await verifyPassword("correct horse battery", "scrypt$1$x$y")).toBe(false);
  });
});
