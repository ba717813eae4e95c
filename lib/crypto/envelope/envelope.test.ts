import fc from "fast-check";
import { GeneralEncrypt, generalDecrypt, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "../bytes";
import { concatKdf } from "../concat-kdf";
import { canonicalJson, type Json } from "../json/canonical-json";
import { aesGcmOpen, aesKeyUnwrap, generateX25519, x25519Handle } from "../primitives";
import golden from "../testdata/golden-envelope-1.json";
import {
  openContentKey,
  openEnvelope,
  replaceRecipient,
  rewrapRecipient,
  sealEnvelope,
  wrapContentKey,
} from "./envelope";
import { sealFixture } from "./envelope-fixture";
import { wrappingKey } from "./envelope-format";

const FIELDS: Record<string, Json> = { amount: "1000.00", currency: "EUR", __proto__x: 1 };

describe("an envelope", () => {
  it("an envelope gives every recipient the same fields and salts", async () => {
    const fixture = sealFixture(FIELDS);
    for (const kid of fixture.keys.keys()) {
      const { fields, salts } = await openEnvelope(fixture.open(kid));
      expect(fields).toEqual(FIELDS);
      expect(salts).toEqual(fixture.seal.salts);
    }
  });

  it("an envelope round-trips any JSON fields and hides their length in Padmé steps", async () => {
    const text = fc.string({ unit: "grapheme" });
    const fields = fc.dictionary(text, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 20 });
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const clean: Record<string, Json> = JSON.parse(JSON.stringify(given));
        const fixture = sealFixture(clean);
        const opened = await openEnvelope(fixture.open("bob#12"));
        expect(canonicalJson(opened.fields)).toBe(canonicalJson(clean));
        expect(fromBase64url(fixture.sealed.envelope.ciphertext).length % 8).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("jose opens an envelope for every recipient", async () => {
    const fixture = sealFixture(FIELDS);
    for (const [kid, pair] of fixture.keys) {
      const recipients = fixture.sealed.envelope.recipients.filter((entry) => entry.header.kid === kid);
      const jwk = {
        kty: "OKP",
        crv: "X25519",
        x: toBase64url(pair.publicKey),
        d: toBase64url(pair.privateKey),
      };
      const { plaintext } = await generalDecrypt({ ...fixture.sealed.envelope, recipients }, jwk);
      expect(JSON.parse(new TextDecoder().decode(plaintext))).toMatchObject({ fields: FIELDS });
    }
  });

  it("golden file 1 always opens", async () => {
    for (const [kid, key] of Object.entries(golden.private_keys)) {
      const opened = await openEnvelope({
        ...golden.context,
        envelope: golden.envelope,
        list: golden.list,
        fieldCount: golden.field_count,
        kid,
        derive: x25519Handle(fromBase64url(key)).derive,
      });
      expect(opened.fields).toEqual(golden.fields);
    }
  });

  it("sealing never repeats an iv, an ephemeral key or a commitment", () => {
    const { seal } = sealFixture(FIELDS);
    const seen = new Set<string>();
    for (let round = 0; round < 200; round++) {
      const { envelope } = sealEnvelope(seal);
      for (const entry of envelope.recipients) seen.add(entry.header.epk.x);
      seen.add(envelope.iv).add(envelope.protected);
    }
    expect(seen.size).toBe(200 * (3 + 2));
  });

  it("our primitives open an envelope of jose's GeneralEncrypt for every recipient", async () => {
    const pairs = [generateX25519(), generateX25519()];
    const encrypt = new GeneralEncrypt(utf8("hello"));
    encrypt.setProtectedHeader({ enc: "A256GCM", alg: "ECDH-ES+A256KW" });
    for (const pair of pairs) {
      const key = await importJWK(
        { kty: "OKP", crv: "X25519", x: toBase64url(pair.publicKey) },
        "ECDH-ES+A256KW",
      );
      encrypt.addRecipient(key).setKeyManagementParameters({ apu: utf8("a"), apv: utf8("b") });
    }
    const jwe = await encrypt.encrypt();
    jwe.recipients.forEach((entry, index) => {
      const header: unknown = JSON.parse(JSON.stringify(entry.header));
      const x = String(Reflect.get(Object(Reflect.get(Object(header), "epk")), "x"));
      const secret = x25519Handle(pairs[index]?.privateKey ?? new Uint8Array(32)).derive(fromBase64url(x));
      const kek = concatKdf({
        secret,
        algorithmId: "ECDH-ES+A256KW",
        apu: utf8("a"),
        apv: utf8("b"),
        keyBits: 256,
      });
      expect(wrappingKey(secret, utf8("a"), "b")).toEqual(kek);
      const cek = aesKeyUnwrap(kek, fromBase64url(entry.encrypted_key ?? ""));
      const parts = [jwe.iv, jwe.ciphertext, jwe.tag].map((part) => fromBase64url(part ?? ""));
      const [iv, ciphertext, tag] = parts;
      if (iv === undefined || ciphertext === undefined || tag === undefined) throw new Error("incomplete");
      expect(aesGcmOpen(cek, iv, ciphertext, tag, utf8(jwe.protected ?? ""))).toEqual(utf8("hello"));
    });
  });
});

describe("a re-wrap", () => {
  it("a re-wrap keeps protected, iv, ciphertext and tag, and only the new key opens the entry", async () => {
    const fixture = sealFixture(FIELDS);
    const cek = await openContentKey(fixture.open("alice#1"));
    const next = generateX25519();
    const rewrapped = rewrapRecipient({
      ...fixture.seal,
      envelope: fixture.sealed.envelope,
      cek,
      oldKid: "alice#1",
      newKid: "alice#2",
      publicKey: next.publicKey,
    });
    const { recipients, ...body } = rewrapped.envelope;
    expect({ ...fixture.sealed.envelope, recipients }).toEqual({ ...body, recipients });
    expect(rewrapped.bodyDigest).toBe(fixture.sealed.bodyDigest);
    expect(rewrapped.recipientsDigest).not.toBe(fixture.sealed.recipientsDigest);
    const opened = await openEnvelope({
      ...fixture.open("alice#2", rewrapped.envelope),
      derive: x25519Handle(next.privateKey).derive,
    });
    expect(opened.fields).toEqual(FIELDS);
    await expect(openEnvelope(fixture.open("alice#1", rewrapped.envelope))).rejects.toThrow(
      "could not be opened",
    );
  });

  it("a re-wrap refuses a content key that the envelope does not commit to", () => {
    const fixture = sealFixture(FIELDS);
    const input = { ...fixture.seal, envelope: fixture.sealed.envelope, oldKid: "bob#12", newKid: "bob#13" };
    const { publicKey } = generateX25519();
    expect(() => rewrapRecipient({ ...input, cek: new Uint8Array(32), publicKey })).toThrow(
      "could not be opened",
    );
  });

  it("a client's own re-wrap cannot drop the escrow, repeat a key id or name another group", async () => {
    const fixture = sealFixture(FIELDS);
    const { publicKey } = generateX25519();
    const cek = await openContentKey(fixture.open("bob#12"));
    const base = { ...fixture.seal, envelope: fixture.sealed.envelope };
    const entry = (kid: string, group = "amount") =>
      wrapContentKey(cek, { ...fixture.seal, group, kid, publicKey });
    const replace = (oldKid: string, recipient: unknown) => () =>
      replaceRecipient({ ...base, oldKid, recipient });
    expect(replace("bob#12", entry("bob#13"))).not.toThrow();
    expect(replace("escrow#3", entry("bob#13"))).toThrow("escrow");
    expect(replace("bob#12", entry("escrow#4"))).toThrow("escrow");
    expect(replace("bob#12", entry("alice#1"))).toThrow("twice");
    expect(replace("bob#12", entry("bob#13", "pricing"))).toThrow("could not be opened");
    expect(replace("carol#1", entry("bob#13"))).toThrow("could not be opened");
  });
});
