import { expect, test } from "vitest";
import { fromHex, toHex } from "./bytes";
import { FormatError, OpenError } from "./format-error";
import { openPrivateKey } from "./private-key-blob";
import { isResident, nameResidentKey, type ResidentKeyAad, readResidentKey } from "./resident-key-blob";
import golden from "./testdata/resident-key.json";

const kek = fromHex(golden.kek_hex);
const aad: ResidentKeyAad = { ...golden.aad, v: 2, purpose: "participant" };
const blob = fromHex(golden.blob_hex);
const object = fromHex(golden.object_hex);

test("a blob of the first version always names its object", () => {
  expect(isResident(blob)).toBe(true);
  expect(toHex(readResidentKey({ kek, aad, blob }))).toBe(golden.object_hex);
});

test("a blob names its object for one key only, and with one key-encryption key", () => {
  const others: ResidentKeyAad[] = [
    { ...aad, purpose: "escrow" },
    { ...aad, participant: "client-457" },
    { ...aad, version: 10 },
    { ...aad, kek: "kek-2" },
    { ...aad, public_key: golden.aad.public_key.replace(/^4/, "5") },
  ];
  for (const other of others) expect(() => readResidentKey({ kek, aad: other, blob })).toThrow(OpenError);
  expect(() => readResidentKey({ kek: kek.map((byte) => byte ^ 1), aad, blob })).toThrow(OpenError);
});

test("every changed bit and every other length is refused, and the two kinds of blobs are never confused", () => {
  for (let at = 0; at < blob.length; at += 1)
    for (let bit = 1; bit < 256; bit *= 2) {
      const bad = blob.map((byte, index) => (index === at ? byte ^ bit : byte));
      expect(() => readResidentKey({ kek, aad, blob: bad }), `${at}/${bit}`).toThrow(OpenError);
    }
  for (const bad of [blob.subarray(0, 44), Uint8Array.of(...blob, 0), new Uint8Array()])
    expect(() => readResidentKey({ kek, aad, blob: bad })).toThrow(OpenError);
  const sealed = Uint8Array.of(1, ...blob.subarray(1));
  expect(() => readResidentKey({ kek, aad, blob: sealed })).toThrow(OpenError);
  expect(() => openPrivateKey({ kek, aad: { ...aad, v: 1 }, blob, kind: "x25519" })).toThrow(OpenError);
});

test("each blob has its own iv, and an id of another length is refused", () => {
  const [one, two] = [nameResidentKey({ kek, aad, object }), nameResidentKey({ kek, aad, object })];
  expect(toHex(one)).not.toBe(toHex(two));
  expect(readResidentKey({ kek, aad, blob: one })).toEqual(object);
  expect(() => nameResidentKey({ kek, aad, object: object.subarray(1) })).toThrow(FormatError);
});
