import { expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { MarkTable } from "./mark-table";

const markOf = (n: number) => toBase64url(sha256(`key ${n}`));

it("the table finds each of thousands of marks at its own place only", () => {
  const table = new MarkTable();
  const places = Array.from({ length: 3_000 }, (_, n) => table.add(markOf(n)));
  expect(places).toEqual(places.map((_, n) => n));
  expect(places.every((place, n) => table.is(place, markOf(n)))).toBe(true);
  expect(places.some((place, n) => table.is(place, markOf(n + 1)))).toBe(false);
});

it("the table stores a repeated mark once", () => {
  const table = new MarkTable();
  expect([1, 1, 1, 2].map((n) => table.add(markOf(n)))).toEqual([0, 0, 0, 1]);
});

it("the table has no mark at a place that does not exist", () => {
  const table = new MarkTable();
  expect([table.is(-1, undefined), table.is(0, undefined), table.is(0, markOf(1))]).toEqual([
    false,
    false,
    false,
  ]);
});
