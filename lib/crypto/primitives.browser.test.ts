import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as node from "./primitives";
import * as browser from "./primitives.browser";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe("the browser's primitives give what the server's give", () => {
  test("SHA-256 of any parts, texts among them", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string())), (parts) => {
        expect(browser.sha256(...parts)).toEqual(node.sha256(...parts));
      }),
    );
  });

  test("Ed25519 keys and signatures, each verified by the other", () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 300 }), (seed, message) => {
        const key = node.ed25519PublicKey(seed);
        expect(browser.ed25519PublicKey(seed)).toEqual(key);
        const signature = node.ed25519Sign(seed, message);
        expect(browser.ed25519Sign(seed, message)).toEqual(signature);
        expect(browser.ed25519Verify(key, message, signature)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("a signature with any byte changed holds for neither", () => {
    const seed = new Uint8Array(32).fill(7);
    const message = new Uint8Array([1, 2, 3]);
    const key = node.ed25519PublicKey(seed);
    const signature = node.ed25519Sign(seed, message);
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(signature, (byte, index) => (index === at ? byte ^ flip : byte));
        expect(browser.ed25519Verify(key, message, changed)).toBe(false);
        expect(node.ed25519Verify(key, message, changed)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["a key of 31 bytes", new Uint8Array(31), new Uint8Array(64)],
    ["a signature of 63 bytes", node.ed25519PublicKey(new Uint8Array(32).fill(7)), new Uint8Array(63)],
    ["a key that is no point", new Uint8Array(32).fill(255), new Uint8Array(64)],
  ])("%s verifies nothing", (_what, key, signature) => {
    expect(browser.ed25519Verify(key, new Uint8Array([1]), signature)).toBe(false);
    expect(node.ed25519Verify(key, new Uint8Array([1]), signature)).toBe(false);
  });

  test("a seed of a wrong length is refused", () => {
    for (const made of [browser.ed25519PublicKey, (seed: Uint8Array) => browser.ed25519Sign(seed, seed)])
      expect(() => made(new Uint8Array(31))).toThrow("a key of 32 bytes is required");
  });
});
