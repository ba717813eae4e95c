import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fromBase64, toBase64, toHex } from "@/lib/crypto/bytes";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { generateX25519 } from "@/lib/crypto/primitives";
import { readAitbcRecord } from "./aitbc-record";
import { importedId, mapAitbc } from "./map-aitbc";
import { openAitbc } from "./open-aitbc";
import { readPrivateKey } from "./read-private-key";
import { readRecords } from "./read-records";

// Records that Python's library cryptography sealed in the old way.
const Known = z.object({
  keys: z.record(z.string(), z.string()),
  pem: z.string(),
  records: z.array(z.record(z.string(), z.unknown())),
  opened: z.array(z.record(z.string(), z.unknown())),
});
const KNOWN = Known.parse(JSON.parse(readFileSync("lib/import/testdata/aitbc.json", "utf8")));
const BY = { submitter: "client-456", currency: undefined };

const holder = (recipient: string) => ({
  recipient,
  privateKey: fromBase64(KNOWN.keys[recipient] ?? ""),
});
const recordAt = (at: number) => structuredClone(KNOWN.records[at] ?? {});

function open(value: unknown, recipient = "client-456") {
  const { sealed } = readAitbcRecord(value);
  return sealed === undefined ? {} : openAitbc(sealed, holder(recipient));
}

/** The first record with one member of its container changed. */
function changed(change: (container: Record<string, unknown>) => void): unknown {
  const record = recordAt(0);
  const container = z.record(z.string(), z.unknown()).parse(record.encrypted_data);
  change(container);
  return { ...record, encrypted_data: container };
}

function flipped(text: unknown, at: number): string {
  const bytes = fromBase64(String(text));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return toBase64(bytes);
}

const keysOf = (container: Record<string, unknown>) =>
  z.record(z.string(), z.string()).parse(container.encrypted_keys);

describe("a record of the old system", () => {
  it.each(["client-456", "miner-789", "audit"])(
    "opens with the private key of %s, in each of its forms",
    (who) => {
      expect(KNOWN.records.map((record) => open(record, who))).toEqual(KNOWN.opened);
    },
  );

  it("does not open with another key, for another recipient, or with any byte changed", () => {
    const { sealed } = readAitbcRecord(recordAt(0));
    if (sealed === undefined) throw new TypeError("not sealed");
    const stranger = { recipient: "client-456", privateKey: generateX25519().privateKey };
    expect(() => openAitbc(sealed, stranger)).toThrow(OpenError);
    expect(() => openAitbc(sealed, { ...holder("miner-789"), recipient: "client-456" })).toThrow(OpenError);
    expect(() => openAitbc(sealed, { ...holder("client-456"), recipient: "unknown-1" })).toThrow(FormatError);
    for (const member of ["ciphertext", "nonce", "tag"])
      expect(() => open(changed((one) => Object.assign(one, { [member]: flipped(one[member], 0) })))).toThrow(
        OpenError,
      );
    // X25519 ignores the top bit of the ephemeral key; it is refused as not canonical.
    for (let at = 0; at < 92; at += 1) {
      const one = changed((container) =>
        Object.assign(container, {
          encrypted_keys: { "client-456": flipped(keysOf(container)["client-456"], at) },
        }),
      );
      expect(() => open(one), `byte ${at}`).toThrow(OpenError);
    }
  });

  it.each([
    ["of low order", new Uint8Array(32)],
    ["not canonical", new Uint8Array(32).fill(255)],
  ])("is refused when its ephemeral key is %s", (_, point) => {
    const one = changed((container) => {
      const wrapped = fromBase64(keysOf(container)["client-456"] ?? "");
      wrapped.set(point);
      Object.assign(container, { encrypted_keys: { "client-456": toBase64(wrapped) } });
    });
    expect(() => open(one)).toThrow(FormatError);
  });

  it.each<[string, unknown]>([
    ["no object", 7],
    ["without an id", { ...recordAt(0), transaction_id: undefined }],
    ["without a sealed payload", { ...recordAt(0), encrypted_data: null }],
    ["with a short nonce", changed((one) => Object.assign(one, { nonce: "AAAA" }))],
    ["with a tag that is not base64", changed((one) => Object.assign(one, { tag: "####" }))],
    [
      "with a key of another length",
      changed((one) => Object.assign(one, { encrypted_keys: { "client-456": "AAAA" } })),
    ],
    ["of another algorithm", changed((one) => Object.assign(one, { algorithm: "RSA" }))],
    ["with an invalid timestamp", { ...recordAt(0), timestamp: "yesterday" }],
  ])("is refused with the fault named: %s", (_, value) => {
    expect(() => readAitbcRecord(value)).toThrow(FormatError);
  });
});

describe("the submission of an old record", () => {
  it("has its fields, its time, its parties and its old id, and no more", () => {
    const sent = KNOWN.records.map((record) => mapAitbc(readAitbcRecord(record), open(record), BY));
    expect(sent[0]).toEqual({
      transaction_id: importedId("tx-1", Date.parse("2025-11-24T10:15:30.123Z")),
      job_id: "job-tx-1",
      occurred_at: "2025-11-24T10:15:30.123Z",
      confidential: true,
      participants: ["client-456", "miner-789"],
      external_references: [
        { scheme: "aitbc.transaction_id", value: "tx-1" },
        { scheme: "aitbc.status", value: "created" },
      ],
      ...KNOWN.opened[0],
    });
    expect(sent[1]).toMatchObject({ amount: "250", occurred_at: "2025-11-25T08:00:00.000Z" });
    expect(sent[1]).not.toHaveProperty("settlement_details");
    expect(sent[2]).toMatchObject({ amount: "12" });
    expect(sent[3]).toMatchObject({ confidential: false, amount: "7", pricing: { rate: "1" } });
    expect(new Set(sent.map((one) => one.transaction_id)).size).toBe(4);
  });

  it("a record with access policies is refused, because they would not be evaluated", () => {
    const record = { ...recordAt(0), access_policies: { allowed_purposes: ["settlement"] } };
    expect(() => mapAitbc(readAitbcRecord(record), open(record), BY)).toThrow(/access_policies/);
  });

  it("takes a currency only for amounts that have none", () => {
    const record = readAitbcRecord(recordAt(0));
    const by = { ...BY, currency: "AITBC" };
    expect(mapAitbc(record, { amount: "1" }, by)).toMatchObject({ currency: "AITBC" });
    expect(mapAitbc(record, { amount: "1", currency: "EUR" }, by)).toMatchObject({ currency: "EUR" });
    expect(mapAitbc(record, { pricing: { rate: 1 } }, by)).not.toHaveProperty("currency");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["a member without a place", { secret: "s3cr3t" }, "client-456"],
    ["an invalid amount", { amount: "s3cr3t" }, "client-456"],
    ["a submitter who is not a party", { amount: "1" }, "miner-1"],
  ])("is refused for %s, and no value is shown", (_, opened, submitter) => {
    const attempt = () => mapAitbc(readAitbcRecord(recordAt(0)), opened, { submitter, currency: undefined });
    expect(attempt).toThrow(FormatError);
    expect(attempt).not.toThrow(/s3cr3t/);
  });

  it("is refused where a field is both sealed and public", () => {
    const record = readAitbcRecord({ ...recordAt(0), amount: "5" });
    expect(() => mapAitbc(record, { amount: "1000" }, BY)).toThrow(/next to it/);
  });
});

describe("files", () => {
  it("contain a private key as bytes, base64, hexadecimal or PEM only", () => {
    const raw = fromBase64(KNOWN.keys["client-456"] ?? "");
    const text = (value: string) => new TextEncoder().encode(value);
    for (const form of [raw, text(`${toBase64(raw)}\n`), text(toHex(raw)), text(KNOWN.pem)])
      expect(readPrivateKey(form)).toEqual(raw);
    const { privateKey } = generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    for (const bad of [text(privateKey), text("secret"), new Uint8Array(31), text("-----BEGIN X-----")])
      expect(() => readPrivateKey(bad)).toThrow(FormatError);
    expect(() => readPrivateKey(text(privateKey))).toThrow(/ed25519/);
  });

  it("contain records as an array, one object, or lines, and an invalid line keeps its position", () => {
    expect(readRecords('[{"a":1},{"a":2}]')).toHaveLength(2);
    expect(readRecords('{"a":1}')).toEqual([{ a: 1 }]);
    const lines = readRecords('{"a":1}\n{"a":\n\n{"a":3}\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toEqual({ a: 3 });
    for (const bad of ["", "  ", "[1", "records", '"text'])
      expect(() => readRecords(bad), bad).toThrow(FormatError);
  });
});
