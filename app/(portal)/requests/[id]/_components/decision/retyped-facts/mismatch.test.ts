import { expect, test } from "vitest";
import { mismatchesOf } from "./mismatch";

test("facts that differ are told with both readings and whose the other is", () => {
  const mismatch = {
    valid_until: { typed: "2026-12-01", order: "2026-12-24" },
    issuer: { typed: "A", first: "B" },
  };
  expect(mismatchesOf({ mismatch })).toEqual([
    { name: "issuer", typed: "A", other: "B", by: "first" },
    { name: "valid_until", typed: "2026-12-01", other: "2026-12-24", by: "order" },
  ]);
});

test("a problem without readings names none", () => {
  expect(mismatchesOf({})).toEqual([]);
  expect(mismatchesOf({ mismatch: { issuer: { typed: 1 } } })).toEqual([]);
});
