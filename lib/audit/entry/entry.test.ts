import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { type Entry, encodeEntry, entryLeaf, MAX_ENTRY_BYTES, parseEntry } from "./entry";

const VECTORS = JSON.parse(readFileSync(new URL("../../crypto/testdata/cfx1.json", import.meta.url), "utf8"));
const KNOWN: string = VECTORS.output.entry_canonical;

function known(): Entry {
  return parseEntry(utf8(KNOWN));
}

describe("entry format v1", () => {
  it("gives the canonical bytes and the leaf of the known answer", () => {
    expect(new TextDecoder().decode(encodeEntry(known()))).toBe(KNOWN);
    expect(toHex(entryLeaf(utf8(KNOWN)))).toBe(VECTORS.output.leaf_hash_hex);
  });

  it.each([
    ["an unknown member", { ...known(), extra: 1 }],
    ["another version", { ...known(), v: 2 }],
    ["an unknown class", { ...known(), class: "other" }],
    ["milliseconds in place of microseconds", { ...known(), at: "2026-11-24T14:45:00.123Z" }],
    ["a day that does not exist", { ...known(), at: "2026-02-30T14:45:00.123456Z" }],
    ["parts out of order", { ...known(), sealed: [...known().sealed].reverse() }],
    ["a label that is not eight bytes", { ...known(), sealed: [{ c: "case-7", d: known().sealed[0]?.d }] }],
    ["an unknown public member", { ...known(), pub: { note: "x" } }],
    ["a fraction", { ...known(), pub: { checkpoint: 1.5 } }],
    ["null", { ...known(), pub: { checkpoint: null } }],
    ["an id that is not a UUIDv7", { ...known(), id: "01936f2a-7c1b-4def-8a10-000000000001" }],
  ])("refuses %s, in writing and in reading", (_, entry) => {
    expect(() => Reflect.apply(encodeEntry, undefined, [entry])).toThrow();
    expect(() => parseEntry(canonicalBytes(entry))).toThrow();
  });

  it("refuses any other spelling of the same entry", () => {
    expect(() => parseEntry(utf8(` ${KNOWN}`))).toThrow("canonical");
    expect(() => parseEntry(utf8(JSON.stringify(JSON.parse(KNOWN), null, 1)))).toThrow("canonical");
    expect(() => parseEntry(utf8(KNOWN.replace('"v":1', '"v":1.0')))).toThrow("canonical");
  });

  it("refuses more than 65,535 bytes", () => {
    const long = { ...known(), pub: { checkpoint: "x".repeat(MAX_ENTRY_BYTES) } };
    expect(() => encodeEntry(long)).toThrow("65,535");
  });

  it("refuses any changed byte or gives another leaf", () => {
    const bytes = utf8(KNOWN);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const copy = bytes.slice();
        copy[at] = (copy[at] ?? 0) ^ mask;
        return toHex(entryLeaf(copy)) !== VECTORS.output.leaf_hash_hex;
      }),
    );
  });
});
