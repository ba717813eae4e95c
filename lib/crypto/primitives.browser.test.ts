import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toBase64url } from "./bytes";
import { FormatError, OpenError } from "./format-error";
import * as node from "./primitives";
import * as browser from "./primitives.browser";
import * as nodeStream from "./primitives-stream";
import * as browserStream from "./primitives-stream.browser";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Ed25519 points of order 1, 2, 4 and 8, with each sign, and their non-canonical encodings. */
const WEAK_ED25519 = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

describe("browser primitives compared with the server's", () => {
  test("SHA-256 of any parts, including texts, is equal", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string())), (parts) => {
        expect(browser.sha256(...parts)).toEqual(node.sha256(...parts));
        for (const part of parts) {
          expect(browser.sha256Text(part)).toBe(node.sha256Text(part));
          expect(node.sha256Text(part)).toBe(toBase64url(node.sha256(part)));
        }
      }),
    );
  });

  test("SHA-256 and CRC-32 of pieces are equal, wherever the pieces are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 5 }), (pieces) => {
        const whole = node.sha256(...pieces);
        let crc = 0;
        for (const { sha256Stream, crc32 } of [nodeStream, browserStream]) {
          const hash = sha256Stream();
          for (const piece of pieces) hash.update(piece);
          expect(hash.digest()).toEqual(whole);
          expect(browser.sha256(...pieces)).toEqual(whole);
          const value = pieces.reduce((before, piece) => crc32(piece, before), 0);
          if (crc32 === nodeStream.crc32) crc = value;
          expect(value).toBe(crc);
        }
      }),
    );
  });

  test("AES-256-GCM and HKDF interoperate, and both refuse changed input", () => {
    const piece = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes(32), bytes(12), piece, piece, fc.nat(1_000), (key, iv, plaintext, aad, at) => {
        const sealed = node.aesGcmSeal(key, iv, plaintext, aad);
        expect(browser.aesGcmSeal(key, iv, plaintext, aad)).toEqual(sealed);
        expect(browser.aesGcmOpen(key, iv, sealed.ciphertext, sealed.tag, aad)).toEqual(plaintext);
        const tag = Uint8Array.from(sealed.tag, (byte, index) => (index === at % 16 ? byte ^ 1 : byte));
        for (const side of [node, browser]) {
          expect(() => side.aesGcmOpen(key, iv, sealed.ciphertext, tag, aad)).toThrow(OpenError);
          expect(() => side.aesGcmOpen(key, iv, sealed.ciphertext, sealed.tag.slice(1), aad)).toThrow(
            OpenError,
          );
        }
        expect(browser.hkdfSha256(key, iv, aad, 32)).toEqual(node.hkdfSha256(key, iv, aad, 32));
      }),
    );
  });

  test("Ed25519 keys and signatures of one side verify on the other", () => {
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

  test("HMAC and AES key wrap interoperate, and both refuse changed input", () => {
    fc.assert(
      fc.property(
        bytes(32),
        bytes(32),
        fc.nat(39),
        fc.integer({ min: 1, max: 255 }),
        (kek, key, at, flip) => {
          expect(browser.hmacSha256(kek, key, key)).toEqual(node.hmacSha256(kek, key, key));
          const wrapped = node.aesKeyWrap(kek, key);
          expect(browser.aesKeyWrap(kek, key)).toEqual(wrapped);
          expect(browser.aesKeyUnwrap(kek, wrapped)).toEqual(key);
          const changed = Uint8Array.from(wrapped, (byte, index) => (index === at ? byte ^ flip : byte));
          for (const side of [node, browser]) {
            expect(() => side.aesKeyUnwrap(kek, changed)).toThrow(OpenError);
            expect(() => side.aesKeyUnwrap(kek, wrapped.slice(8))).toThrow(OpenError);
            // RFC 3394 wraps at least two blocks. A shorter value has no integrity check.
            for (const length of [0, 8, 16])
              expect(() => side.aesKeyUnwrap(kek, wrapped.slice(0, length))).toThrow(OpenError);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("X25519 keys and agreements are equal with any private bytes", () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), (mine, theirs) => {
        const publicKey = node.x25519PublicKey(theirs);
        expect(browser.x25519PublicKey(theirs)).toEqual(publicKey);
        const shared = node.x25519Shared(mine, publicKey);
        expect(browser.x25519Shared(mine, publicKey)).toEqual(shared);
        expect(browser.x25519Handle(theirs).derive(node.x25519PublicKey(mine))).toEqual(shared);
      }),
      { numRuns: 30 },
    );
    const [pair, other] = [browser.generateX25519(), browser.ephemeralX25519()];
    expect(node.x25519PublicKey(pair.privateKey)).toEqual(pair.publicKey);
    expect(node.x25519Shared(pair.privateKey, other.publicKey)).toEqual(other.derive(pair.publicKey));
  });

  test.each([
    ["zero", new Uint8Array(32)],
    ["one", Uint8Array.of(1, ...new Uint8Array(31))],
    ["31 bytes", new Uint8Array(31).fill(9)],
  ])("both sides refuse an agreement with a public key of %s", (_what, publicKey) => {
    for (const side of [node, browser]) {
      expect(() => side.x25519Shared(new Uint8Array(32).fill(7), publicKey)).toThrow(FormatError);
      expect(() => side.x25519Handle(new Uint8Array(32).fill(7)).derive(publicKey)).toThrow(FormatError);
    }
  });

  test("both sides refuse a signature with any byte changed", () => {
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
    ["a key that is not a point", new Uint8Array(32).fill(255), new Uint8Array(64)],
  ])("%s verifies no signature", (_what, key, signature) => {
    expect(browser.ed25519Verify(key, new Uint8Array([1]), signature)).toBe(false);
    expect(node.ed25519Verify(key, new Uint8Array([1]), signature)).toBe(false);
  });

  // With these keys OpenSSL accepts signatures made without a private key: R is the identity and S is 0.
  test.each(WEAK_ED25519)("the public key %s verifies no signature", (hex) => {
    const signature = new Uint8Array(64);
    signature[0] = 1;
    for (let message = 0; message < 16; message++)
      for (const side of [node, browser])
        expect(side.ed25519Verify(fromHex(hex), Uint8Array.of(message), signature)).toBe(false);
  });

  test("a seed of a wrong length is refused", () => {
    for (const made of [browser.ed25519PublicKey, (seed: Uint8Array) => browser.ed25519Sign(seed, seed)])
      expect(() => made(new Uint8Array(31))).toThrow("a key of 32 bytes is required");
  });
});
