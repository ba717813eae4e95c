import { expect, test } from "vitest";
import { mismatchesOf } from "./mismatch";

test("each fact that differs has both values and who typed the other", () => {
  const mismatch = {
    valid_until: { typed: "2026-12-01", order: "2026-12-24" },
    issuer: { typed: "A", first: "B" },
  };
  expect(mismatchesOf({ mismatch })).toEqual([
    { name: "issuer", typed: "A", other: "B", by: "first" },
    { name: "valid_until", typed: "2026-12-01", other: "2026-12-24", by: "order" },
  ]);
});

test("a problem without a mismatch names no facts", () => {
  expect(mismatchesOf({})).toEqual([]);
  expect(mismatchesOf({ mismatch: { issuer: { typed: 1 } } })).toEqual([]);
});
