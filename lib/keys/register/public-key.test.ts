import { expect, test } from "vitest";
import { fromHex, toBase64, toBase64url } from "@/lib/crypto/bytes";
import { generateX25519 } from "@/lib/crypto/primitives";
import { DomainError } from "@/lib/errors";
import { parsePublicKey } from "@/lib/keys/register/public-key";

test("base64url and base64 of a good key are the same key", () => {
  const { publicKey } = generateX25519();
  expect(parsePublicKey(toBase64url(publicKey))).toEqual(publicKey);
  expect(parsePublicKey(toBase64(publicKey))).toEqual(publicKey);
});

test.each([
  ["of order 1", "00".repeat(32)],
  ["of order 2", `01${"00".repeat(31)}`],
  ["of order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"],
  ["of order 8, the other", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"],
  ["p − 1", `ec${"ff".repeat(30)}7f`],
  ["p, not canonical", `ed${"ff".repeat(30)}7f`],
  ["with the top bit set", `${"09".padEnd(62, "0")}80`],
  ["of 31 bytes", "11".repeat(31)],
  ["of 33 bytes", "11".repeat(33)],
  ["empty", ""],
])("a public key %s is refused", (_what, hex) => {
  expect(() => parsePublicKey(toBase64url(fromHex(hex)))).toThrow(DomainError);
});

test.each(["not base64!", "AAAA====", `${"A".repeat(42)}B`])(
  "text that does not encode bytes is refused: %s",
  (text) => {
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: "key.invalid" }));
  },
);
