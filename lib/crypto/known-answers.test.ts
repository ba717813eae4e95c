import { generalDecrypt } from "jose";
import { describe, expect, it } from "vitest";
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from "./bytes";
import { bodyDigest, metadataDigest, openEnvelope, sealEnvelopeForTests } from "./envelope/envelope";
import { buildRecordForTests } from "./envelope/record-digest";
import { canonicalJson } from "./json/canonical-json";
import { openPart, partKey, sealPartForTests } from "./log/audit-part";
import { leafHash } from "./log/merkle";
import { vkey } from "./log/signed-note";
import { parsePossessionContext, possessionContext, possessionKey, possessionTag } from "./possession";
import { ed25519PublicKey, sha256, x25519Handle, x25519PublicKey, x25519Shared } from "./primitives";
import { openPrivateKey, type PrivateKeyAad, sealPrivateKeyForTests } from "./private-key-blob";
import { receiptText, signReceipt, verifyReceipt } from "./receipt";
import { signStatement, verifyStatement } from "./statement";
import { statementBytes } from "./statement-bytes";
import known from "./testdata/cfx1.json";

const { input, output } = known;
const groupNames = ["amount", "pricing", "settlement_details", "narrative"] as const;

function record() {
  return buildRecordForTests({
    tx: input.tx,
    groups: Object.fromEntries(groupNames.map((name) => [name, input.groups[name].fields])),
    salts: Object.fromEntries(groupNames.map((name) => [name, input.groups[name].salts])),
    decoys: input.decoy_digests_hex_in_order.map(fromHex),
  });
}

function context(group: (typeof groupNames)[number]) {
  return { tx: input.tx, group, ep: input.ep, gen: input.gen, rd: output.rd };
}

describe("the known answers of cfx1", () => {
  it("sealing gives the known digest list and record digest", () => {
    expect(record().list).toEqual(output.rd_digest_list);
    expect(record().rd).toBe(output.rd);
  });

  it.each(groupNames)("sealing gives the known envelope, body digest and recipient digest of %s", (group) => {
    const given = input.groups[group];
    const ephemerals = new Map(Object.entries(given.ephemeral_private_hex));
    const sealed = sealEnvelopeForTests(
      {
        ...context(group),
        fields: given.fields,
        salts: given.salts,
        recipients: input.recipients.map(({ kid, public: key }) => ({ kid, publicKey: fromBase64url(key) })),
      },
      {
        cek: fromHex(given.cek_hex),
        iv: fromHex(given.iv_hex),
        ephemeral: (kid) => x25519Handle(fromHex(ephemerals.get(kid) ?? "")),
      },
    );
    expect(sealed.envelope).toEqual(output.groups[group].jwe);
    expect(toHex(fromBase64url(sealed.bodyDigest))).toBe(output.groups[group].bd_hex);
    expect(toHex(fromBase64url(sealed.recipientsDigest))).toBe(output.groups[group].rl_hex);
    expect(bodyDigest(sealed.envelope)).toBe(sealed.bodyDigest);
  });

  it.each(groupNames)(
    "the known envelope opens for every recipient of %s, with our code and with jose",
    async (group) => {
      for (const { kid, private_hex, public: publicKey } of input.recipients) {
        const opened = await openEnvelope({
          ...context(group),
          envelope: output.groups[group].jwe,
          list: output.rd_digest_list,
          fieldCount: Object.keys(input.groups[group].fields).length,
          kid,
          derive: x25519Handle(fromHex(private_hex)).derive,
        });
        expect(opened).toEqual({ fields: input.groups[group].fields, salts: input.groups[group].salts });
        const jwk = { kty: "OKP", crv: "X25519", x: publicKey, d: toBase64url(fromHex(private_hex)) };
        const jwe = output.groups[group].jwe;
        const one = { ...jwe, recipients: jwe.recipients.filter((entry) => entry.header.kid === kid) };
        const { plaintext } = await generalDecrypt(one, jwk);
        expect(plaintext.length).toBe(output.groups[group].plaintext_utf8_length);
        expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual(opened);
      }
    },
  );

  it("the metadata digest is the known one", () => {
    expect(toHex(fromBase64url(metadataDigest(input.public_metadata)))).toBe(output.metadata_digest_hex);
  });

  it("the sealed parts of an audit entry, its canonical text and its leaf are the known ones", () => {
    const { log, entry_id: entryId } = input.audit;
    input.audit.compartments.forEach((part, index) => {
      const expected = output.sealed[index];
      const key = fromHex(part.key_hex);
      const place = { log, entryId, c: part.c };
      const sealed = sealPartForTests({
        ...place,
        compartmentKey: key,
        plaintext: part.plaintext,
        iv: fromHex(part.iv_hex),
      });
      expect(toHex(partKey(key, entryId))).toBe(expected?.part_key_hex);
      expect(toHex(sealed.stored)).toBe(expected?.stored_hex);
      expect(sealed.digest).toBe(expected?.d);
      expect(openPart({ ...place, partKey: partKey(key, entryId), stored: sealed.stored })).toEqual(
        part.plaintext,
      );
    });
    expect(canonicalJson(JSON.parse(output.entry_canonical))).toBe(output.entry_canonical);
    expect(toHex(leafHash(utf8(output.entry_canonical)))).toBe(output.leaf_hash_hex);
  });

  it("the receipt and its verifier key are the known ones", () => {
    const seed = fromHex(input.audit.signing_seed_hex);
    const claims = {
      log: input.audit.log,
      entryId: input.audit.entry_id,
      leafHash: fromHex(output.leaf_hash_hex),
      integrateBy: input.audit.integrate_by,
    };
    expect(receiptText(claims)).toBe(output.receipt_signed_text);
    expect(signReceipt(seed, claims)).toBe(output.receipt_signature);
    expect(vkey(`${claims.log}/receipt`, ed25519PublicKey(seed))).toBe(output.receipt_vkey);
    expect(verifyReceipt(ed25519PublicKey(seed), claims, output.receipt_signature)).toBe(true);
    const later = { ...claims, integrateBy: "2026-11-24T14:46:00.123457Z" };
    expect(verifyReceipt(ed25519PublicKey(seed), later, output.receipt_signature)).toBe(false);
  });

  it("the possession context, key and both tags are the known ones on both sides", () => {
    const { private_hex, ephemeral_private_hex, ...claims } = input.pop;
    const ctx = possessionContext(claims);
    const secret = x25519Shared(fromHex(private_hex), fromBase64url(claims.ephemeral_key));
    expect(x25519Shared(fromHex(ephemeral_private_hex), fromBase64url(claims.public_key))).toEqual(secret);
    expect(ctx).toBe(output.pop.ctx_utf8);
    expect(parsePossessionContext(ctx)).toEqual(claims);
    expect(toHex(possessionKey(secret, ctx))).toBe(output.pop.k_hex);
    expect(toBase64url(possessionTag("server", secret, ctx))).toBe(output.pop.server_tag);
    expect(toBase64url(possessionTag("client", secret, ctx))).toBe(output.pop.client_tag);
  });

  it("the statement bytes and signature are the known ones", () => {
    const { kind, object, signing_seed_hex } = input.statement;
    const seed = fromHex(signing_seed_hex);
    const signature = signStatement(seed, kind, object);
    expect(toHex(statementBytes(kind, object))).toBe(output.statement.s_hex);
    expect(toHex(sha256(statementBytes(kind, object)))).toBe(output.statement.sha256_hex);
    expect(toBase64url(signature)).toBe(output.statement.ed25519_signature);
    expect(verifyStatement(ed25519PublicKey(seed), kind, object, signature)).toBe(true);
    expect(verifyStatement(ed25519PublicKey(seed), "open", object, signature)).toBe(false);
  });

  it("the private-key blob is the known one and opens to a key of the named public key", () => {
    const given = input.private_key_blob;
    const aad: PrivateKeyAad = { ...given.aad, v: 1, purpose: "participant" };
    const kek = fromHex(given.kek_hex);
    const privateKey = fromHex(given.private_hex);
    const blob = sealPrivateKeyForTests({ kek, aad, privateKey, iv: fromHex(given.iv_hex) });
    expect(toHex(blob)).toBe(output.private_key_blob_hex);
    expect(openPrivateKey({ kek, aad, blob, kind: "x25519" })).toEqual(privateKey);
    expect(toBase64url(x25519PublicKey(privateKey))).toBe(given.aad.public_key);
    expect(() => openPrivateKey({ kek, aad: { ...aad, version: 10 }, blob, kind: "x25519" })).toThrow(
      "opened",
    );
    expect(() => openPrivateKey({ kek, aad, blob, kind: "ed25519" })).toThrow("opened");
  });
});
