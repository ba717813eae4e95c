import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { draft, layOut, operator } from "@/lib/audit/bundle-verifier/bundle-fixture";
import { type Manifest, Policy, ReceiptFile } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { Ranges } from "@/lib/audit/bundle-verifier/tree/ranges";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { destroyedKey, personPartOf } from "@/lib/audit/entry/person-part";
import { keyName, wordMac } from "@/lib/audit/retention/erasure/erasure-word";
import { checkOrder } from "@/lib/authorities/jws";
import { SignedOrder } from "@/lib/authorities/schema";
import { fromBase64url, fromHex, fromUtf8, toBase64url, toHex, utf8 } from "@/lib/crypto/bytes";
import { bodyDigest, openEnvelope, parseEnvelope, recipientsDigest } from "@/lib/crypto/envelope/envelope";
import { paddedLength } from "@/lib/crypto/envelope/padding";
import { verifyEscrowOk } from "@/lib/crypto/escrow-ok";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { keyMark, keyProof, openPart } from "@/lib/crypto/log/audit-part";
import { parseVkey } from "@/lib/crypto/log/signed-note";
import { x25519Handle } from "@/lib/crypto/primitives";
import { receiptText, verifyReceipt } from "@/lib/crypto/receipt";
import { openReply } from "@/lib/crypto/reply";
import { verifyStatement } from "@/lib/crypto/statement";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import known from "@/lib/crypto/testdata/cfx1.json";
import residentKey from "@/lib/crypto/testdata/resident-key.json";
import { writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { Refused } from "@/lib/custodian/refused";
import { verifyPasskey } from "@/lib/custodian/roster/passkey";
import {
  BreakGlassStatement,
  ReviewStatement,
  reasonDigest,
} from "@/lib/escrow/protocol/break-glass-statement";
import { ReplyJwe } from "@/lib/escrow/protocol/messages";
import {
  FrozenRequestRecord,
  ReleaseEndStatement,
  ReleaseStatement,
} from "@/lib/escrow/protocol/release-statement";
import { findPerson, Roster, RosterHeldStatement, rosterDigest } from "@/lib/escrow/protocol/roster";
import {
  DecisionStatement,
  DisputeStatement,
  EscrowKeyStatement,
  GrantOkStatement,
  OpenStatement,
  PasskeySignature,
  RosterStatement,
  recordDigest,
  StatementSignature,
} from "@/lib/escrow/protocol/statements";
import { type Block, examplesOf, filesOf, valueAfter } from "./read-examples";

// Reads every example from the page itself, so that page and program cannot drift apart.

const Anything = z.record(z.string(), z.unknown());
const Word = z.strictObject({
  action: z.literal("erasure.ask"),
  actor: z.string(),
  compartment: z.string(),
  erasure: z.string(),
  key_name: z.string(),
  mac: z.string(),
});

function textOf(blocks: ReadonlyMap<string, Block>, name: string): string {
  const block = blocks.get(name);
  if (block === undefined) throw new Error(`no example ${name}`);
  return block.text;
}

function jsonOf<T>(blocks: ReadonlyMap<string, Block>, name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(textOf(blocks, name)));
}

/** Returns a one-line example without the newline before the closing fence, which belongs to the page. */
const lineOf = (blocks: ReadonlyMap<string, Block>, name: string) => textOf(blocks, name).slice(0, -1);

describe("orders.md", () => {
  const blocks = examplesOf("orders");

  it("shows an order under its key, with the header and payload of the page", async () => {
    const { x } = jsonOf(
      blocks,
      "order.key",
      z.strictObject({ kty: z.string(), crv: z.string(), x: z.string() }),
    );
    const order = jsonOf(blocks, "order.payload", SignedOrder);
    const jws = lineOf(blocks, "order.jws");
    const [header = "", payload = ""] = jws.split(".");
    expect(fromUtf8(fromBase64url(payload))).toBe(canonicalJson(order));
    expect(JSON.parse(fromUtf8(fromBase64url(header)))).toEqual(jsonOf(blocks, "order.header", Anything));
    const key = {
      id: "01936f2a-7c1b-7def-8a10-000000000001",
      issuer: order.issuer,
      jurisdiction: order.jurisdiction,
      kid: "lg-berlin-1",
      publicKey: fromBase64url(x),
      validFrom: new Date(0),
      validUntil: new Date("2030-01-01T00:00:00Z"),
      state: "confirmed" as const,
      inForceFrom: new Date(0),
    };
    const at = new Date("2026-11-27T00:00:00Z");
    const find = async (kid: string) => (kid === key.kid ? key : undefined);
    const { report } = await checkOrder(jws, { aud: order.aud, at, find, agencies: [] });
    expect(report.indication).toBe("TOTAL-PASSED");
  });
});

describe("envelope.md", () => {
  const blocks = examplesOf("envelope");
  const Digests = z.strictObject({ rd: z.string(), bd: z.string(), rl: z.string(), meta: z.string() });
  const digests = jsonOf(blocks, "envelope.digests", Digests);
  const envelope = parseEnvelope(jsonOf(blocks, "envelope.jwe", Anything));

  it("shows an envelope that opens to the plaintext shown, with the key shown", async () => {
    const opened = await openEnvelope({
      tx: known.input.tx,
      group: "narrative",
      ep: known.input.ep,
      gen: known.input.gen,
      rd: digests.rd,
      envelope,
      list: jsonOf(blocks, "envelope.list", z.array(z.string())),
      fieldCount: 1,
      kid: "client-456#9",
      derive: x25519Handle(fromHex(valueAfter("envelope", "`client-456#9` in this example is"))).derive,
    });
    expect(opened).toEqual(jsonOf(blocks, "envelope.plaintext", Anything));
    const length = utf8(canonicalJson(opened)).length;
    expect(textOf(blocks, "envelope.plaintext")).toContain("salts");
    expect(paddedLength(length)).toBe(known.output.groups.narrative.plaintext_utf8_length);
  });

  it("shows its header and digests", () => {
    expect(fromUtf8(fromBase64url(envelope.protected))).toBe(
      canonicalJson(JSON.parse(textOf(blocks, "envelope.header"))),
    );
    expect(bodyDigest(envelope)).toBe(digests.bd);
    expect(recipientsDigest(envelope.recipients)).toBe(digests.rl);
    expect(toHex(fromBase64url(digests.meta))).toBe(known.output.metadata_digest_hex);
  });
});

describe("entry.md", () => {
  const blocks = examplesOf("entry");
  const bytes = utf8(lineOf(blocks, "entry.canonical"));

  it("shows an entry in its canonical bytes, with its leaf", () => {
    expect(parseEntry(bytes).log).toBe(known.input.audit.log);
    expect(toHex(entryLeaf(bytes))).toBe(lineOf(blocks, "entry.leaf"));
  });

  it("shows sealed parts that are those of the entry, the first of which opens to the object shown", () => {
    const Part = z.strictObject({ c: z.string(), d: z.string(), part_key: z.string(), stored: z.string() });
    const parts = jsonOf(blocks, "entry.parts", z.array(Part));
    const entry = parseEntry(bytes);
    expect(entry.sealed.toSorted((a, b) => (a.c < b.c ? -1 : 1))).toEqual(
      parts.map(({ c, d }) => ({ c, d })).toSorted((a, b) => (a.c < b.c ? -1 : 1)),
    );
    const opened = parts.map(({ c, part_key, stored }) =>
      openPart({
        log: entry.log,
        entryId: entry.id,
        c,
        partKey: fromBase64url(part_key),
        stored: fromBase64url(stored),
      }),
    );
    expect(opened[0]).toEqual(jsonOf(blocks, "entry.org", Anything));
  });

  it("shows what an org part contains about the person's part, with the key shown", () => {
    const key = fromHex(valueAfter("entry", "Under the compartment key"));
    const person = personPartOf(JSON.parse(textOf(blocks, "entry.person")));
    expect(person).toEqual({ c: "3AFsnWofAhA", keyMark: keyMark(key) });
    const erasing = jsonOf(blocks, "entry.erasing", z.record(z.string(), z.string()));
    expect(erasing).toEqual({ key_mark: keyMark(key), key_proof: keyProof(key) });
    expect(destroyedKey(erasing)).toBe(person?.keyMark);
    expect(known.input.audit.compartments.find(({ c }) => c === person?.c)?.key_hex).toBe(toHex(key));
  });
});

test("entry.md shows the requester's entry of an erasure, with the two keys shown", () => {
  const blocks = examplesOf("entry");
  const key = fromHex(valueAfter("entry", "Under the compartment key"));
  const orgKey = fromHex(valueAfter("entry", "with the organisation's key"));
  const { key_name, mac, ...said } = jsonOf(blocks, "entry.word", Word);
  expect(key_name).toBe(keyName(said.erasure, key));
  expect(mac).toBe(wordMac(orgKey, { ...said, keyName: key_name }));
});

test("receipt.md shows a valid receipt, the text it signs and the key", () => {
  const blocks = examplesOf("receipt");
  const receipt = jsonOf(blocks, "receipt.json", ReceiptFile);
  const claims = {
    log: receipt.log,
    entryId: receipt.entry_id,
    leafHash: fromBase64url(receipt.leaf_hash),
    integrateBy: receipt.integrate_by,
  };
  expect(receiptText(claims)).toBe(textOf(blocks, "receipt.text"));
  expect(toBase64url(entryLeaf(fromBase64url(receipt.entry)))).toBe(receipt.leaf_hash);
  const { publicKey } = parseVkey(lineOf(blocks, "receipt.vkey"));
  expect(verifyReceipt(publicKey, claims, receipt.signature)).toBe(true);
});

describe("statements.md", () => {
  const blocks = examplesOf("statements");
  const publicKey = fromBase64url(valueAfter("statements", "whose public key is"));
  const EscrowOkObject = z.strictObject({
    tx: z.string(),
    grp: z.string(),
    gen: z.int(),
    bd: z.string(),
    kid: z.string(),
  });
  const schemas = {
    decision: DecisionStatement,
    open: OpenStatement,
    "escrow-ok": EscrowOkObject,
    "escrow-key": EscrowKeyStatement,
    "grant-ok": GrantOkStatement,
    roster: RosterStatement,
    dispute: DisputeStatement,
    release: ReleaseStatement,
    "release-end": ReleaseEndStatement,
    "break-glass": BreakGlassStatement,
    review: ReviewStatement,
  };

  it.each(Object.entries(schemas))("shows a %s of its schema, signed by the test key", (kind, schema) => {
    const object = jsonOf<unknown>(blocks, `statement.${kind}`, schema);
    const proof = jsonOf(blocks, `statement.${kind}.proof`, StatementSignature);
    expect(verifyStatement(publicKey, kind, object, fromBase64url(proof.signature))).toBe(true);
  });

  it("shows the bytes of a decision", () => {
    const object = jsonOf(blocks, "statement.decision", DecisionStatement);
    expect(fromUtf8(statementBytes("decision", object))).toBe(lineOf(blocks, "statement.decision.bytes"));
  });

  it.each([
    ["release", ReleaseStatement],
    ["break-glass", BreakGlassStatement],
  ] as const)("shows the bytes of a %s", (kind, schema) => {
    const object = jsonOf<unknown>(blocks, `statement.${kind}`, schema);
    expect(fromUtf8(statementBytes(kind, object))).toBe(lineOf(blocks, `statement.${kind}.bytes`));
  });

  it("shows the input of the digests of a release, a reason and a review", () => {
    const release = jsonOf(blocks, "statement.release", ReleaseStatement);
    const request = jsonOf(blocks, "statement.release.request", FrozenRequestRecord);
    expect(recordDigest(request)).toBe(release.request_digest);
    const glass = jsonOf(blocks, "statement.break-glass", BreakGlassStatement);
    expect(reasonDigest(lineOf(blocks, "statement.break-glass.reason"))).toBe(glass.reason);
    const review = jsonOf(blocks, "statement.review", ReviewStatement);
    expect(recordDigest(glass)).toBe(review.emergency);
  });

  it("shows a confirmation that the program accepts as the custodian's", () => {
    const object = jsonOf(blocks, "statement.escrow-ok", EscrowOkObject);
    const proof = jsonOf(blocks, "statement.escrow-ok.proof", StatementSignature);
    expect(verifyEscrowOk(publicKey, object, fromBase64url(proof.signature))).toBe(true);
  });
});

describe("roster.md", () => {
  const blocks = examplesOf("roster");
  const roster = jsonOf(blocks, "roster", Roster);
  const publicKey = fromBase64url(valueAfter("statements", "whose public key is"));

  it("shows a roster with its digest, and the custodian's signature of it", () => {
    expect(rosterDigest(roster)).toBe(lineOf(blocks, "roster.digest"));
    const held = jsonOf(blocks, "statement.roster-held", RosterHeldStatement);
    expect(held.roster).toBe(rosterDigest(roster));
    const proof = jsonOf(blocks, "statement.roster-held.proof", StatementSignature);
    expect(verifyStatement(publicKey, "roster-held", held, fromBase64url(proof.signature))).toBe(true);
  });

  it("lists the passkey that signs a decision on the statements' page", async () => {
    const statements = examplesOf("statements");
    const object = jsonOf(statements, "statement.decision", DecisionStatement);
    const proof = jsonOf(statements, "statement.decision.passkey", PasskeySignature);
    const person = findPerson(roster, object.approver);
    if (person === undefined) throw new Error("the approver is not on the roster");
    await verifyPasskey(person, roster.origins, { kind: "decision", object }, proof);
    const other = { ...object, max_views: 21 };
    await expect(
      verifyPasskey(person, roster.origins, { kind: "decision", object: other }, proof),
    ).rejects.toThrow(Refused);
  });
});

test("replies.md shows a reply that opens to the plaintext shown", async () => {
  const blocks = examplesOf("replies");
  const Proof = z.strictObject({
    intent: z.string(),
    tx: z.string(),
    grp: z.string(),
    reply_key: z.string(),
    custodian: z.string(),
    signature: z.string(),
  });
  const proof = jsonOf(blocks, "reply.proof", Proof);
  const jwe = jsonOf(blocks, "reply.jwe", ReplyJwe);
  expect(fromUtf8(fromBase64url(jwe.protected))).toBe(
    canonicalJson(JSON.parse(textOf(blocks, "reply.header"))),
  );
  const opened = await openReply({
    intent: proof.intent,
    tx: proof.tx,
    group: proof.grp,
    replyKey: fromBase64url(proof.reply_key),
    jwe,
    signature: proof.signature,
    derive: x25519Handle(fromHex(valueAfter("replies", "private key here is"))).derive,
    custodianPublicKey: fromBase64url(proof.custodian),
  });
  expect(opened).toEqual(jsonOf(blocks, "reply.plaintext", Anything));
});

describe("bundle.md", () => {
  const policy = jsonOf(examplesOf("bundle"), "bundle.policy", Policy);
  const bundle = () =>
    writeCanonicalZip(
      [...filesOf("bundle")].map(([name, { text }]) => ({
        name,
        // A .json file is one JCS text without a newline.
        bytes: utf8(name.endsWith(".json") ? text.slice(0, -1) : text),
      })),
    );

  it("shows the files of a bundle that verifies under the policy shown", async () => {
    const report = await verifyBundle(bundle(), { policy });
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe("verified");
    expect(report.entries).toBe(2);
  });

  it("shows withheld numbers in the one form that is read", () => {
    const ranges = new Ranges();
    for (const line of lineOf(examplesOf("bundle"), "bundle.withheld").split("\n")) ranges.read(line);
    expect([ranges.length, ranges.count]).toEqual([3, 999_995]);
  });

  it.each<[string, Partial<Manifest>]>([
    ["erased", { erased_file: { count: 2 } }],
    ["missing", { missing_file: { count: 3 } }],
  ])("shows a list of %s parts in the one form that is read", async (name, manifest) => {
    const text = textOf(examplesOf("bundle"), `bundle.${name}`);
    const by = operator(1);
    const texts = { [`${name}.txt`]: text };
    const report = await verifyBundle(layOut({ ...draft(by, 6, [6]), manifest, texts }, by));
    const of = name === "erased" ? "erased" : "part";
    // Entries of another bundle: each part of the list is a finding, which shows that all were read.
    const lines = text.trimEnd().split("\n");
    expect(report.findings.map((finding) => [finding.class, finding.seq])).toEqual(
      expect.arrayContaining(lines.map((line) => [of, Number(line.split(" ")[0])])),
    );
    expect(new Set(report.findings.map((finding) => finding.class))).toEqual(new Set([of]));
  });

  it("is not verified without a policy, or under one with another quorum", async () => {
    expect((await verifyBundle(bundle())).verdict).toBe("consistent");
    expect((await verifyBundle(bundle(), { policy: { ...policy, quorum: 2 } })).verdict).toBe("wrong");
  });
});

test("keys.md shows the blob and the proof of possession of the known answers", () => {
  const blocks = examplesOf("keys");
  expect(jsonOf(blocks, "blob.aad", Anything)).toEqual(known.input.private_key_blob.aad);
  expect(lineOf(blocks, "blob.hex")).toBe(known.output.private_key_blob_hex);
  expect(jsonOf(blocks, "resident.aad", Anything)).toEqual({
    ...residentKey.aad,
    object: toBase64url(fromHex(residentKey.object_hex)),
  });
  expect(lineOf(blocks, "resident.hex")).toBe(residentKey.blob_hex);
  expect(lineOf(blocks, "possession.context")).toBe(known.output.pop.ctx_utf8);
  expect(jsonOf(blocks, "possession.tags", Anything)).toEqual({
    server_tag: known.output.pop.server_tag,
    client_tag: known.output.pop.client_tag,
  });
});
