import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { fromHex } from "./bytes";
import { generateX25519, randomBytes } from "./primitives";
import { isOnTwist } from "./x25519-check";

const PRIME = 2n ** 255n - 19n;

function bytesOf(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, "0")).reverse();
}

/** The same question asked of the Edwards curve: no point has y = (u − 1)/(u + 1). u = −1 has no such y. */
function hasNoEdwardsPoint(bytes: Uint8Array): boolean {
  const u = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) & (2n ** 255n - 1n);
  const field = ed25519.Point.Fp;
  const denominator = field.create(u + 1n);
  if (denominator === 0n) return true;
  const y = field.mul(field.create(u - 1n + PRIME), field.inv(denominator));
  try {
    ed25519.Point.fromBytes(bytesOf(y));
    return false;
  } catch {
    return true;
  }
}

describe("the twist of Curve25519", () => {
  it("4,000 random values get the answer of the Edwards curve, about half of them each", () => {
    let onTwist = 0;
    for (let at = 0; at < 4_000; at += 1) {
      const bytes = randomBytes(32);
      const expected = hasNoEdwardsPoint(bytes);
      expect(isOnTwist(bytes), Buffer.from(bytes).toString("hex")).toBe(expected);
      if (expected) onTwist += 1;
    }
    expect(onTwist).toBeGreaterThan(1_600);
    expect(onTwist).toBeLessThan(2_400);
  });

  it("edge values get the same answer: small ones, near p and 2^255, powers of two, and points of low order", () => {
    const around = (value: bigint) => Array.from({ length: 41 }, (_, at) => value - 20n + BigInt(at));
    const lowOrder = [
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ].map(fromHex);
    const values = [
      ...around(20n),
      ...around(PRIME),
      ...around(2n ** 255n - 21n),
      ...around((PRIME - 1n) / 2n),
      ...around(486_662n),
      ...around(PRIME - 486_662n),
      ...Array.from({ length: 255 }, (_, bit) => 1n << BigInt(bit)),
      ...Array.from({ length: 255 }, (_, bit) => (1n << BigInt(bit + 1)) - 1n),
    ];
    for (const bytes of [...values.map(bytesOf), ...lowOrder])
      expect(isOnTwist(bytes), Buffer.from(bytes).toString("hex")).toBe(hasNoEdwardsPoint(bytes));
    const top = Uint8Array.from(bytesOf(2n), (byte, at) => (at === 31 ? byte | 0x80 : byte));
    expect(isOnTwist(top)).toBe(isOnTwist(bytesOf(2n)));
  });

  it("a public key of a private key is never on the twist", () => {
    for (let at = 0; at < 200; at += 1) expect(isOnTwist(generateX25519().publicKey)).toBe(false);
  });
});
