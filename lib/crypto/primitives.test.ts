import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from "./bytes";
import { concatKdf } from "./concat-kdf";
import { FormatError, OpenError } from "./format-error";
import * as primitives from "./primitives";
import { importDer, importPrivate } from "./primitives-quick";
import { checkX25519PublicKey, isOnTwist } from "./x25519-check";

const { x25519Shared, x25519PublicKey, generateX25519 } = primitives;

describe("published vectors", () => {
  it("RFC 7748 section 5.2, once and a thousand times", () => {
    const first = x25519Shared(
      fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
      fromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
    );
    expect(toHex(first)).toBe("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    const second = x25519Shared(
      fromHex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
      fromHex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
    );
    expect(toHex(second)).toBe("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
    let k = fromHex("0900000000000000000000000000000000000000000000000000000000000000");
    let u = k;
    for (let round = 0; round < 1000; round++) [k, u] = [x25519Shared(k, u), k];
    expect(toHex(k)).toBe("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  });

  it("RFC 8037 A.6: ECDH-ES with X25519", () => {
    const ephemeral = fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const bob = fromBase64url("3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08");
    const z = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    expect(toBase64url(x25519PublicKey(ephemeral))).toBe("hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo");
    expect(toHex(x25519Shared(ephemeral, bob))).toBe(z);
    expect(toHex(primitives.x25519Handle(ephemeral).derive(bob))).toBe(z);
  });

  it("RFC 8032 7.1 test 2: Ed25519", () => {
    const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const publicKey = primitives.ed25519PublicKey(seed);
    const signature = primitives.ed25519Sign(seed, Uint8Array.of(0x72));
    expect(toHex(publicKey)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    expect(toHex(signature)).toMatch(/^92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da/);
    expect(primitives.ed25519Verify(publicKey, Uint8Array.of(0x72), signature)).toBe(true);
    expect(primitives.ed25519Verify(publicKey, Uint8Array.of(0x73), signature)).toBe(false);
    expect(primitives.ed25519Verify(publicKey, Uint8Array.of(0x72), signature.subarray(1))).toBe(false);
  });

  it("RFC 3394 section 4.6: 256-bit key under a 256-bit key", () => {
    const kek = fromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    const key = fromHex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    const wrapped = primitives.aesKeyWrap(kek, key);
    expect(toHex(wrapped)).toBe(
      "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
    );
    expect(primitives.aesKeyUnwrap(kek, wrapped)).toEqual(key);
    wrapped.forEach((_, index) => {
      const bad = wrapped.map((byte, at) => (at === index ? byte ^ 1 : byte));
      expect(() => primitives.aesKeyUnwrap(kek, bad)).toThrow(OpenError);
    });
    for (const length of [0, 8, 16, 23, 24, 25, 32, 39]) {
      expect(() => primitives.aesKeyUnwrap(kek, wrapped.slice(0, length))).toThrow(OpenError);
    }
    expect(() => primitives.aesKeyUnwrap(kek, Uint8Array.of(...wrapped, 0))).toThrow(OpenError);
    expect(() => primitives.aesKeyUnwrap(kek.slice(1), wrapped)).toThrow();
  });

  it("HKDF of any length and of empty members equals RFC 5869 in OpenSSL", () => {
    for (const [ikm, salt, info] of [
      [primitives.randomBytes(32), primitives.randomBytes(36), primitives.randomBytes(16)],
      [primitives.randomBytes(1), new Uint8Array(0), new Uint8Array(0)],
      [primitives.randomBytes(200), primitives.randomBytes(200), primitives.randomBytes(200)],
    ] as const)
      for (const length of [1, 16, 31, 32, 33, 64]) {
        const theirs = new Uint8Array(hkdfSync("sha256", ikm, salt, info, length));
        expect(primitives.hkdfSha256(ikm, salt, info, length)).toEqual(theirs);
      }
  });

  it("RFC 5869 A.1: HKDF-SHA-256", () => {
    const [ikm, salt, info] = ["0b".repeat(22), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9"].map(
      fromHex,
    );
    if (ikm === undefined || salt === undefined || info === undefined)
      throw new Error("three inputs expected");
    expect(toHex(primitives.hkdfSha256(ikm, salt, info, 42))).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
  });

  it("RFC 4231 case 2: HMAC-SHA-256, and RFC 7914 section 12: scrypt", async () => {
    const mac = primitives.hmacSha256(utf8("Jefe"), utf8("what do ya want "), utf8("for nothing?"));
    expect(toHex(mac)).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const key = await primitives.scrypt("password", utf8("NaCl"), { N: 1024, r: 8, p: 16 }, 64);
    expect(toHex(key)).toMatch(/^fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162/);
  });

  it("HMAC is OpenSSL's for keys and messages around each limit", () => {
    for (const keyLength of [0, 1, 63, 64, 65, 200])
      for (const length of [0, 1, 64, 511, 512, 513, 9000]) {
        const [key, message] = [randomBytes(keyLength), randomBytes(length)];
        const mac = primitives.hmacSha256(key, message.subarray(0, length / 2), message.subarray(length / 2));
        expect(toHex(mac)).toBe(createHmac("sha256", key).update(message).digest("hex"));
      }
  });

  it("RFC 7518 appendix C: Concat KDF", () => {
    const secret = fromHex("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4");
    const key = concatKdf({
      secret,
      algorithmId: "A128GCM",
      apu: utf8("Alice"),
      apv: utf8("Bob"),
      keyBits: 128,
    });
    expect(toBase64url(key)).toBe("VqqN6vgjbSBcIijNcacQGg");
  });
});

describe("AES-256-GCM", () => {
  it("AES-256-GCM opens what it sealed and refuses any changed byte", () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), (plaintext, aad, position) => {
        const [key, iv] = [primitives.randomBytes(32), primitives.randomBytes(12)];
        const { ciphertext, tag } = primitives.aesGcmSeal(key, iv, plaintext, aad);
        expect(primitives.aesGcmOpen(key, iv, ciphertext, tag, aad)).toEqual(plaintext);
        const all = Uint8Array.from([...ciphertext, ...tag]);
        const at = position % all.length;
        all[at] = (all[at] ?? 0) ^ 0x10;
        const [body, end] = [all.subarray(0, ciphertext.length), all.subarray(ciphertext.length)];
        expect(() => primitives.aesGcmOpen(key, iv, body, end, aad)).toThrow(OpenError);
        expect(() => primitives.aesGcmOpen(key, iv, ciphertext, tag.subarray(0, 12), aad)).toThrow(OpenError);
      }),
    );
  });
});

describe("random bytes", () => {
  it("pooled random bytes are returned once, and no later draw changes them", () => {
    const lengths = Array.from({ length: 2000 }, (_, at) => [8, 10, 12, 16][at % 4] ?? 16);
    const drawn = lengths.map((length) => primitives.randomBytes(length));
    const copies = drawn.map((bytes) => toHex(bytes));
    expect(drawn.map((bytes) => bytes.length)).toEqual(lengths);
    expect(new Set(copies.map((hex) => hex.slice(0, 16))).size).toBe(lengths.length);
    expect(drawn.map((bytes) => toHex(bytes))).toEqual(copies);
    expect(drawn.every((bytes) => bytes.buffer.byteLength === bytes.length)).toBe(true);
  });
});

describe("a key or an iv of another length", () => {
  it.each([
    [31, 12],
    [33, 12],
    [32, 11],
    [32, 16],
    [0, 12],
  ])("a key and an iv of %i and %i bytes are refused", (keyBytes, ivBytes) => {
    const [key, iv, tag] = [new Uint8Array(keyBytes), new Uint8Array(ivBytes), new Uint8Array(16)];
    expect(() => primitives.aesGcmSeal(key, iv, tag)).toThrow(FormatError);
    expect(() => primitives.aesGcmOpen(key, iv, tag, tag)).toThrow(OpenError);
  });
});

describe("X25519 public keys", () => {
  const lowOrder = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ];

  it("an ephemeral key agrees with 1,200 recipients, more than stay imported, each twice", () => {
    const recipients = Array.from({ length: 1_200 }, () => generateX25519());
    for (const { publicKey, privateKey } of recipients.flatMap((pair) => [pair, pair])) {
      const ephemeral = primitives.ephemeralX25519();
      expect(ephemeral.derive(publicKey, true)).toEqual(x25519Shared(privateKey, ephemeral.publicKey));
    }
  });

  it("a recipient's array that a caller fills again is another key", () => {
    const [first, second] = [generateX25519(), generateX25519()];
    const bytes = Uint8Array.from(first.publicKey);
    primitives.ephemeralX25519().derive(bytes, true);
    bytes.set(second.publicKey);
    const ephemeral = primitives.ephemeralX25519();
    expect(ephemeral.derive(bytes, true)).toEqual(x25519Shared(second.privateKey, ephemeral.publicKey));
    for (const length of [0, 31, 33])
      expect(() => ephemeral.derive(new Uint8Array(length), true)).toThrow("a key of 32 bytes");
  });

  it("low-order X25519 public keys are refused by the check and by the agreement", () => {
    const { privateKey } = generateX25519();
    for (const bytes of lowOrder.map(fromHex)) {
      expect(() => checkX25519PublicKey(bytes)).toThrow("low order");
      expect(() => x25519Shared(privateKey, bytes)).toThrow(FormatError);
    }
  });

  it("X25519 public keys of a wrong length or in non-canonical form are refused, the largest canonical one is accepted", () => {
    const edge = (low: number, top: number) =>
      fromHex(`${low.toString(16)}${"ff".repeat(30)}${top.toString(16)}`);
    expect(() => checkX25519PublicKey(edge(0xeb, 0x7f))).not.toThrow();
    expect(() => checkX25519PublicKey(edge(0xed, 0x7f))).toThrow("canonical");
    expect(() => checkX25519PublicKey(edge(0xff, 0x7f))).toThrow("canonical");
    expect(() => checkX25519PublicKey(edge(0x12, 0x80))).toThrow("canonical");
    expect(() => checkX25519PublicKey(new Uint8Array(33))).toThrow("32 bytes");
  });

  it("our X25519 public keys are on the curve; about half of all values are on the twist", () => {
    for (let round = 0; round < 20; round++) {
      const { publicKey, privateKey } = generateX25519();
      expect(isOnTwist(publicKey)).toBe(false);
      expect(() => checkX25519PublicKey(publicKey)).not.toThrow();
      expect(x25519PublicKey(privateKey)).toEqual(publicKey);
    }
    const two = new Uint8Array(32);
    two[0] = 2;
    expect(isOnTwist(two)).toBe(true);
    expect(isOnTwist(fromHex(lowOrder[4] ?? ""))).toBe(true);
  });
});

it.each(["X25519", "Ed25519"] as const)(
  "a private key of %s is the same from a JWK and from DER",
  (curve) => {
    const bytes = generateX25519().privateKey;
    expect(importDer(curve, bytes).equals(importPrivate(curve, bytes))).toBe(true);
  },
);
