import { expect, test } from "vitest";
import { addressOf, isAskable, isFiltered, readAddress, searchesOf } from "./list-address";

test("what the history is searched by goes through the address and back", () => {
  const search = { officer: " Ada ", case_number: "18 O 1/26", from: "2026-03-01", view: "all" };
  const address = readAddress(search, true);
  expect(searchesOf(address)).toEqual({ officer: "Ada", case_number: "18 O 1/26", from: "2026-03-01" });
  expect(isFiltered(address)).toBe(true);
  const again = new URLSearchParams(addressOf(address).split("?")[1]);
  expect(readAddress(Object.fromEntries(again), true)).toEqual(address);
});

test.each([
  [{}, true],
  [{ transaction: "0190a1b2-0000-7000-8000-000000000001" }, true],
  [{ transaction: "job-1" }, false],
  [{ from: "2026-02-28", to: "2026-03-01" }, true],
  [{ from: "2026-02-27T23:00:00.000Z", to: "2026-03-01T00:00:00+01:00" }, true],
  [{ to: "yesterday" }, false],
  [{ from: "2026-13-45" }, false],
  [{ reference: "AR-2026_" }, false],
])("%o is asked for: %s", (search, expected) => {
  expect(isAskable(readAddress(search, true))).toBe(expected);
});
