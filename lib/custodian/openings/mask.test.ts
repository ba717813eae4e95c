import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { isOrdinaryName, maskFields } from "@/lib/custodian/openings/mask";

const maskOf = (value: Json): Json => maskFields({ value }).value ?? "";

/** All characters and words that a mask may consist of. */
const ALPHABET = /^[•#?…@.,;:&/'\- ]*$/u;

const someText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.lorem({ maxCount: 60 }),
);

describe("a masked text", () => {
  test("a mask has no letter, digit or symbol of the content, whatever the content is", () => {
    fc.assert(
      fc.property(someText, (text) => {
        expect(maskOf(text)).toMatch(ALPHABET);
      }),
    );
  });

  test("equal values have equal masks, so that two openings can be compared", () => {
    fc.assert(
      fc.property(someText, (text) => {
        expect(maskOf(text)).toBe(maskOf(text));
      }),
    );
  });

  test("a mask of a short text shows only that it is short", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."abcXYZ äß-._"), maxLength: 16 }), (text) => {
        expect(maskOf(text)).toBe(maskOf("yes"));
      }),
    );
  });

  test("a mask has a limited length, so the length of a long text does not show", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 5_000 }), (words) => {
        expect(maskOf("word ".repeat(words))).toBe(maskOf("other ".repeat(20)));
      }),
    );
  });

  test("a mask shows the number of words and their punctuation, not letters", () => {
    expect(maskOf("Nordlicht Lager GmbH, Hamburg")).toBe("•••••••• •••••••• ••••••••, ••••••••");
    expect(maskOf("erika@mustermann.example")).toBe("••••••••@••••••••.••••••••");
    expect(maskOf("Rechenzentrumsbetreiber & Söhne")).toBe("•••••••••••••••• ••••••••");
  });

  test("mask characters in the content cannot carry content", () => {
    expect(maskOf("• •• ••• ## #?# a long enough text")).toBe(maskOf("a long enough text"));
  });
});

describe("a masked number", () => {
  const spellings = (value: number): string[] => [
    String(value),
    value.toFixed(2),
    value.toLocaleString("en-US"),
    `-${value}`,
    `(${value})`,
    `${value} %`,
    `€ ${value}`,
    `+ ${value}.00`,
  ];

  test("the mask is the same for every amount, size, sign and spelling", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (value) => {
        for (const text of spellings(value)) expect(maskOf(text)).toBe("#");
        expect(maskOf(value)).toBe("#");
        expect(maskOf(-value / 100)).toBe("#");
      }),
    );
  });

  test("a number inside a text hides its digits, its sign and its length", () => {
    const of = (amount: string): Json => maskOf(`We agreed to pay ${amount} for all of it`);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (value) => {
        for (const text of spellings(value)) expect(of(text)).toBe(of("7"));
      }),
    );
  });

  test("an account number shows neither its country nor its length", () => {
    const iban = (text: string): Json => maskOf(`to the account ${text}`);
    expect(iban("DE89 3704 0044 0532 0130 00")).toBe(iban("NO93 8601 1117 947"));
  });
});

describe("masked structures", () => {
  test("a mask keeps ordinary names and numbers those that may be content", () => {
    const masked = maskFields({ unitPrice: "1.25", rate_2026: 3, "Erika Mustermann": true, "10": null });
    expect(masked).toEqual({ unitPrice: "#", "field-1": "?", "field-3": "#", "field-4": "?" });
  });

  test("a mask shows none of the sender's own names, however ordinary they look", () => {
    const masked = maskFields({
      parties: { Zebrafink_Handelsgesellschaft: "payer", Schmidt: { iban: "x" }, payee: "Basalt" },
      pricing: { Discount_for_Lobbyist: true, insolvent: false, rate: "5", RATE: "5" },
    });
    expect(masked).toEqual({
      parties: { "field-1": "••••••••", "field-2": { iban: "••••••••" }, payee: "••••••••" },
      pricing: { "field-1": "?", "field-2": "?", rate: "#", "field-4": "#" },
    });
  });

  test("a mask shows the names that docs/formats/replies.md lists", async () => {
    const page = await readFile("docs/formats/replies.md", "utf8");
    const listed = /```text\n(amount [^`]+)```/.exec(page)?.[1]?.trim().split(/\s+/) ?? [];
    expect(listed.length).toBeGreaterThan(100);
    expect(listed.filter((name) => !isOrdinaryName(name))).toEqual([]);
  });

  test("a mask shows every name in the fixed list and no other", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 20 }), fc.constant(1), { maxKeys: 6 }), (value) => {
        for (const name of Object.keys(maskFields({ value }).value ?? {}))
          expect(isOrdinaryName(name) || /^field-\d+$/.test(name)).toBe(true);
      }),
    );
  });

  test("a mask reveals no choice, no absence and no truth value", () => {
    expect(maskOf(true)).toBe(maskOf(false));
    expect(maskOf(null)).toBe(maskOf(true));
    expect(maskOf("male")).toBe(maskOf("female"));
    expect(maskOf("")).toBe(maskOf("unknown"));
  });

  test("a mask contains no leaf of the value, at any depth", () => {
    const leaf = fc.oneof(fc.string({ maxLength: 40 }), fc.double(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", maxDepth: 4 },
        leaf,
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 20 }), tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        JSON.stringify(maskOf(value), (_name, member: unknown) => {
          if (typeof member === "string") expect(member).toMatch(ALPHABET);
          else expect(typeof member).toBe("object");
          return member;
        });
      }),
    );
  });

  test("values that are too deep or too long are refused", () => {
    let deep: Json = "secret";
    for (let depth = 0; depth < 8; depth++) deep = [deep];
    expect(() => maskOf(deep)).toThrow("nested too deeply");
    expect(() => maskOf(Array.from({ length: 101 }, () => 1))).toThrow("too long");
  });
});
