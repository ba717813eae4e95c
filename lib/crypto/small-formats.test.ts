import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kekCheck } from "../keystore/files/keystore-file";
import * as bytes from "./bytes";
import { paddedLength, padmeLength, padWithSpaces, stripSpaces } from "./envelope/padding";
import { buildRecord, fieldDigest, recordDigest } from "./envelope/record-digest";
import { escrowOkBytes, signEscrowOk, verifyEscrowOk } from "./escrow-ok";
import { FormatError, OpenError } from "./format-error";
import * as instant from "./instant";
import { openPart, partKey, sealPart } from "./log/audit-part";
import { parsePossessionContext, possessionTag, verifyPossessionTag } from "./possession";
import { ed25519PublicKey, ed25519Signer, generateX25519, randomBytes, x25519Handle } from "./primitives";
import { openPrivateKey, sealPrivateKey } from "./private-key-blob";
import { jwkThumbprint, openReply, type ReplyJwe, sealReply } from "./reply";
import { Secret } from "./secret";
import { statementBytes } from "./statement-bytes";
import known from "./testdata/cfx1.json";
import { isUuid, uuidv7 } from "./uuid";

const TX = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";

function flips(given: Uint8Array): Uint8Array[] {
  return Array.from(given, (_, index) => given.map((byte, at) => (at === index ? byte ^ 2 : byte)));
}

describe("bytes", () => {
  it("bytes have one text in each encoding, and no other text is read", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (given) => {
        expect(bytes.toBase64url(given)).toBe(Buffer.from(given).toString("base64url"));
        expect(bytes.toBase64(given)).toBe(Buffer.from(given).toString("base64"));
        expect(bytes.fromBase64url(bytes.toBase64url(given))).toEqual(given);
        expect(bytes.fromBase64(bytes.toBase64(given))).toEqual(given);
        expect(bytes.fromHex(bytes.toHex(given))).toEqual(given);
      }),
    );
    for (const text of ["A", "AB", "AAB", "AA==", "A A", "AA\n", "A+", "Ā A", "AAAAé"]) {
      expect(() => bytes.fromBase64url(text)).toThrow(FormatError);
    }
    for (const text of ["AA", "AB==", "AAB=", "A===", "====", "AA=A", "A-==", "AA==\n"]) {
      expect(() => bytes.fromBase64(text)).toThrow(FormatError);
    }
    for (const text of ["0", "0G", "AB"]) expect(() => bytes.fromHex(text)).toThrow(FormatError);
  });

  it("all ways to read base64url take the same texts, and read the same bytes", () => {
    const near = fc
      .tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.string({ unit: "binary", maxLength: 2 }))
      .map(([given, at, change]) => {
        const text = bytes.toBase64url(given);
        const from = at % (text.length + 1);
        return text.slice(0, from) + change + text.slice(from + change.length);
      });
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: "binary", maxLength: 9 })), (text) => {
        const isCanonical = Buffer.from(text, "base64url").toString("base64url") === text;
        const out = new Uint8Array(400);
        const put = () => bytes.putBase64url(out, 7, text);
        expect(bytes.isBase64url(text)).toBe(isCanonical);
        if (!isCanonical) {
          expect(put).toThrow(FormatError);
          expect(() => bytes.fromBase64url(text)).toThrow(FormatError);
          return;
        }
        put();
        const read = bytes.fromBase64url(text);
        expect(read).toEqual(new Uint8Array(Buffer.from(text, "base64url")));
        expect(out.slice(7, 7 + read.length)).toEqual(read);
        expect(out.slice(7 + read.length).some((byte) => byte !== 0)).toBe(false);
      }),
    );
  });

  it("a text is compared with its base64url as if it was coded", () => {
    const ascii = fc.stringMatching(/^[!-~]{0,90}$/);
    fc.assert(
      fc.property(ascii, ascii, fc.string({ unit: "binary", maxLength: 3 }), (text, other, tail) => {
        const encoded = bytes.textToBase64url(text);
        expect(bytes.encodesAscii(encoded, text)).toBe(true);
        expect(bytes.encodesAscii(encoded, other)).toBe(text === other);
        expect(bytes.encodesAscii(encoded + tail, text)).toBe(tail === "");
        expect(bytes.encodesAscii(encoded, text + tail)).toBe(tail === "");
      }),
    );
    for (const encoded of [bytes.textToBase64url("é"), "6Q"])
      expect(bytes.encodesAscii(encoded, "é")).toBe(false);
  });

  it("UTF-8 is Node's for short and long texts", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 0, maxLength: 100 }), (text) => {
        expect(bytes.utf8(text)).toEqual(new Uint8Array(Buffer.from(text)));
      }),
    );
    for (const text of ["€".repeat(64), "€".repeat(65)]) expect(bytes.fromUtf8(bytes.utf8(text))).toBe(text);
  });

  it("bytes compare bytewise, shorter first", () => {
    const order = ["", "00", "0001", "01", "ff"].map(bytes.fromHex);
    expect([...order].reverse().sort(bytes.compareBytes)).toEqual(order);
    expect(bytes.equalConstantTime(Uint8Array.of(1), Uint8Array.of(1))).toBe(true);
    expect(bytes.equalConstantTime(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
  });
});

describe("a secret", () => {
  it("a secret never prints, and is zero after it was destroyed", () => {
    const secret = Secret.from(bytes.utf8("hunter2"));
    const prints = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret, { showHidden: true }),
    ];
    for (const print of prints) {
      expect(print).toContain("[secret]");
      expect(print).not.toContain("104");
    }
    expect(Object.keys(secret)).toEqual([]);
    const lent = secret.use((inner) => inner);
    secret.destroy();
    expect(lent).toEqual(new Uint8Array(7));
    expect(() => secret.use(() => 1)).toThrow("destroyed");
  });
});

describe("padding", () => {
  it("padding follows Padmé and is removed only at the exact length", () => {
    expect([1, 2, 9, 100, 256, 257, 1000, 1025, 100_000].map(padmeLength)).toEqual([
      1, 2, 10, 104, 256, 272, 1024, 1088, 100_352,
    ]);
    expect(paddedLength(3)).toBe(256);
    for (let length = 1; length < 3000; length += 7) {
      const padded = padWithSpaces(bytes.utf8("x".repeat(length)));
      expect(stripSpaces(padded)).toBe("x".repeat(length));
      expect(() => stripSpaces(bytes.concat(padded, Uint8Array.of(0x20)))).toThrow(OpenError);
      expect(padded.length).toBeLessThanOrEqual(Math.max(256, length * 1.13));
    }
  });
});

describe("times and identifiers", () => {
  it("times and identifiers have only one text", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 253_402_300_799_999_999n }), (micros) => {
        expect(instant.parseMicros(instant.formatMicros(micros))).toBe(micros);
      }),
    );
    expect(instant.formatSeconds(1_700_000_000_999)).toBe("2023-11-14T22:13:20Z");
    expect(instant.parseSeconds("2023-11-14T22:13:20Z")).toBe(1_700_000_000_000);
    const bad = [
      "2023-02-30T00:00:00Z",
      "2023-11-14T24:00:00Z",
      "2023-11-14T22:13:20+00:00",
      "2023-11-14 22:13:20Z",
      "1969-12-31T23:59:59Z",
    ];
    for (const text of bad) expect(() => instant.parseSeconds(text)).toThrow(FormatError);
    for (const text of ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123Z"]) {
      expect(() => instant.parseMicros(text)).toThrow(FormatError);
    }
    const id = uuidv7(1_700_000_000_000);
    expect(isUuid(id)).toBe(true);
    expect(id).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab]/);
    expect(isUuid(id.toUpperCase())).toBe(false);
    expect(() => uuidv7(-1)).toThrow(FormatError);
  });
});

describe("record digests", () => {
  it("record digests are padded to sixteens, sorted, and contain every field once", () => {
    for (const count of [0, 1, 16, 17, 33]) {
      const fields = Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));
      const record = buildRecord({ tx: TX, groups: { amount: fields } });
      expect(record.list.length).toBe(16 * Math.max(1, Math.ceil(count / 16)));
      expect(new Set(record.list).size).toBe(record.list.length);
      expect(recordDigest(TX, record.list)).toBe(record.rd);
      for (const [name, value] of Object.entries(fields)) {
        const salt = record.salts.amount?.[name] ?? "";
        expect(record.list).toContain(bytes.toBase64url(fieldDigest({ group: "amount", name, value, salt })));
      }
    }
  });

  it("a list from outside is refused as a format if an item is not a digest", () => {
    for (const item of [{ length: 43 }, "A".repeat(42), `${"A".repeat(42)}+`, `${"A".repeat(42)}B`, 7]) {
      const list: string[] = JSON.parse(JSON.stringify([item]));
      expect(() => recordDigest(TX, list)).toThrow(FormatError);
    }
  });
});

describe("sealed keys and parts", () => {
  it("sealed keys and parts open only unchanged and in their own place", () => {
    const pair = generateX25519();
    const kek = randomBytes(32);
    const aad = {
      v: 1,
      purpose: "participant",
      participant: "a",
      version: 1,
      kek: "k",
      public_key: bytes.toBase64url(pair.publicKey),
    } as const;
    const blob = sealPrivateKey({ kek, aad, privateKey: pair.privateKey });
    expect(openPrivateKey({ kek, aad, blob, kind: "x25519" })).toEqual(pair.privateKey);
    for (const bad of flips(blob))
      expect(() => openPrivateKey({ kek, aad, blob: bad, kind: "x25519" })).toThrow(OpenError);
    const place = { log: "log.example.test", entryId: TX, c: "org" };
    const { stored } = sealPart({ ...place, compartmentKey: kek, plaintext: { a: 1 } });
    const key = partKey(kek, TX);
    expect(openPart({ ...place, partKey: key, stored })).toEqual({ a: 1 });
    for (const bad of flips(stored))
      expect(() => openPart({ ...place, partKey: key, stored: bad })).toThrow(OpenError);
    expect(() => openPart({ ...place, c: "x", partKey: key, stored })).toThrow(OpenError);
    expect(kekCheck(kek)).not.toEqual(kekCheck(randomBytes(32)));
  });
});

describe("a custodian's answer", () => {
  it("a custodian's answer opens only for its reply key and its question", async () => {
    const reply = generateX25519();
    const seed = randomBytes(32);
    const context = { intent: TX, tx: TX, group: "amount", replyKey: reply.publicKey };
    const payload = { fields: { amount: "1***" }, masked: ["amount"] };
    const sealed = sealReply({ ...context, payload, sign: ed25519Signer(seed) });
    const open = {
      ...context,
      ...sealed,
      derive: x25519Handle(reply.privateKey).derive,
      custodianPublicKey: ed25519PublicKey(seed),
    };
    expect(await openReply(open)).toEqual(payload);
    const other = generateX25519();
    const sign = (jwe: ReplyJwe) => ({ ...open, jwe });
    const bad = [
      { ...open, group: "pricing" },
      { ...open, intent: uuidv7(1) },
      { ...open, replyKey: other.publicKey },
      { ...open, derive: x25519Handle(other.privateKey).derive },
      { ...open, custodianPublicKey: ed25519PublicKey(randomBytes(32)) },
      sign({ ...sealed.jwe, tag: bytes.toBase64url(randomBytes(16)) }),
      sign({ ...sealed.jwe, iv: sealed.jwe.tag }),
    ];
    for (const input of bad) await expect(openReply(input)).rejects.toThrow(OpenError);
    expect(jwkThumbprint(reply.publicKey)).toHaveLength(43);
  });
});

describe("signed and proven claims", () => {
  it("an escrow confirmation is valid for exactly its members", () => {
    const seed = randomBytes(32);
    const ok = { tx: TX, grp: "amount", gen: 1, bd: "x", kid: "escrow#1" };
    const signature = signEscrowOk(seed, ok);
    expect(verifyEscrowOk(ed25519PublicKey(seed), ok, signature)).toBe(true);
    expect(verifyEscrowOk(ed25519PublicKey(seed), { ...ok, gen: 2 }, signature)).toBe(false);
    expect(escrowOkBytes(ok)).toEqual(statementBytes("escrow-ok", ok));
    expect(() => statementBytes("Escrow\n", ok)).toThrow(FormatError);
  });

  it("possession proofs differ by side and are refused in any other form", () => {
    const ctx = known.output.pop.ctx_utf8;
    const secret = randomBytes(32);
    const tag = possessionTag("client", secret, ctx);
    expect(verifyPossessionTag("client", secret, ctx, tag)).toBe(true);
    expect(verifyPossessionTag("server", secret, ctx, tag)).toBe(false);
    for (const bad of flips(tag)) expect(verifyPossessionTag("client", secret, ctx, bad)).toBe(false);
    const forms = [
      "{}",
      "null",
      ctx.replace("pop/1", "pop/2"),
      ctx.replace("{", '{"a":1,'),
      ctx.replace('"actor":"u_17",', ""),
    ];
    for (const form of forms) expect(() => parsePossessionContext(form)).toThrow(FormatError);
  });
});
