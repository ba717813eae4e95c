import { expect, it } from "vitest";
import { parseRange } from "./byte-range";

it.each([
  [undefined, undefined],
  ["bytes=0-", { first: 0, last: 99 }],
  ["bytes=10-19", { first: 10, last: 19 }],
  ["bytes = 10 - 19", { first: 10, last: 19 }],
  ["bytes=99-500", { first: 99, last: 99 }],
  ["bytes=-5", { first: 95, last: 99 }],
  ["bytes=-500", { first: 0, last: 99 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=20-10", undefined],
  ["bytes=-", undefined],
  ["bytes=0-1,5-6", undefined],
  ["lines=0-1", undefined],
  ["bytes=0x1-2", undefined],
  ["bytes=9999999999999999-", undefined],
])("of a hundred bytes %s asks for %o", (header, expected) => {
  expect(parseRange(header, 100)).toEqual(expected);
});

it("no range of an empty file can be satisfied", () => {
  expect(parseRange("bytes=0-", 0)).toBe("unsatisfiable");
  expect(parseRange(undefined, 0)).toBeUndefined();
});
