import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { FormatError } from "@/lib/crypto/format-error";
import { RangeLines, Ranges } from "./ranges";

const numbers = fc
  .uniqueArray(fc.oneof(fc.nat(60), fc.nat(Number.MAX_SAFE_INTEGER - 1)), { maxLength: 80 })
  .map((list) => list.sort((a, b) => a - b));

function write(list: readonly number[]): string {
  const lines = new RangeLines();
  return list.map((number) => lines.take(number)).join("") + lines.end();
}

function read(text: string): Ranges {
  const ranges = new Ranges();
  for (const line of text.split("\n").slice(0, -1)) ranges.read(line);
  return ranges;
}

const pairs = (ranges: Ranges) => Array.from({ length: ranges.length }, (_, at) => ranges.at(at));

describe("ranges of numbers", () => {
  it("ranges round-trip through their text and count their numbers", () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const lines = new RangeLines();
        const text = list.map((number) => lines.take(number)).join("") + lines.end();
        const ranges = read(text);
        expect(pairs(ranges)).toEqual(pairs(Ranges.of(list)));
        expect({ count: ranges.count, ranges: ranges.length }).toEqual(lines.counts);
        expect(ranges.count).toBe(list.length);
      }),
    );
  });

  it("ranges contain the numbers added one by one, and no other", () => {
    fc.assert(
      fc.property(numbers, fc.nat(62), (list, other) => {
        const ranges = new Ranges();
        for (const number of list) ranges.add(number);
        expect(pairs(ranges)).toEqual(pairs(Ranges.of(list)));
        for (const number of [...list, other, ...list.map((one) => one + 1)])
          expect(ranges.has(number)).toBe(list.includes(number));
      }),
    );
  });

  it("ranges accept only a number after all others", () => {
    for (const number of [0, 4, 5]) expect(() => Ranges.of([5]).add(number)).toThrow(RangeError);
  });

  it("ranges have one text: any text that reads as the same numbers has the same bytes", () => {
    const line = fc.oneof(
      fc.nat(12).map(String),
      fc.tuple(fc.nat(12), fc.nat(12)).map(([a, b]) => `${a}-${b}`),
      fc.constantFrom("00", "01", "-1", "1-", "1-01", "+1", " 1", "1e1", "0x1", "1.0", "", "1--2", "1\r"),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.map((one) => `${one}\n`).join("");
        let ranges: Ranges;
        try {
          ranges = read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          return;
        }
        const list = pairs(ranges).flatMap((pair) =>
          Array.from({ length: (pair?.to ?? 0) - (pair?.from ?? 0) }, (_, at) => (pair?.from ?? 0) + at),
        );
        expect(write(list)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["overlapping", "1-4\n3-6\n"],
    ["repeated", "3\n3\n"],
    ["adjacent", "1-2\n3\n"],
    ["unordered", "7\n3\n"],
    ["of one number spelt as two", "4-4\n"],
    ["backward", "6-4\n"],
    ["with leading zeros", "007\n"],
    ["beyond what numbers hold", "9007199254740992\n"],
    ["with a carriage return", "4\r\n"],
    ["with an empty line", "4\n\n7\n"],
  ])("ranges with %s are refused", (_, text) => {
    expect(() => read(text)).toThrow(FormatError);
  });
});
