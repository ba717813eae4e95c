import { expect, test } from "vitest";
import { formatCount, formatTime, hexOfDigest, lastDayOf, shortDigest } from "@/lib/format";

test("counts are grouped by threes", () => {
  expect([0, 7, 999, 1000, 1204878].map(formatCount)).toEqual(["0", "7", "999", "1,000", "1,204,878"]);
});

test("a digest of the API is what sha256sum prints", () => {
  // printf abc | sha256sum
  const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(hexOfDigest("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")).toBe(hex);
  expect(hexOfDigest("not a digest")).toBe("not a digest");
});

test("a time is shown with its zone, summer time included", () => {
  const winter = new Date("2026-11-24T13:31:58.123Z");
  expect(formatTime(winter, { timeZone: "Europe/Berlin" })).toBe("24 Nov 2026, 14:31:58 CET");
  expect(formatTime(winter, { timeZone: "UTC" })).toBe("24 Nov 2026, 13:31:58 UTC");
  expect(formatTime(new Date("2026-09-01T22:00:00Z"), { timeZone: "Europe/Berlin" })).toBe(
    "2 Sep 2026, 00:00:00 CEST",
  );
});

test("an end at midnight UTC is the day before, and any other end an instant", () => {
  expect(lastDayOf("2026-12-15T00:00:00Z")?.toISOString()).toBe("2026-12-14T00:00:00.000Z");
  expect(lastDayOf("2026-12-15T00:00:01Z")).toBeUndefined();
  expect(lastDayOf("2026-12-15T00:00:00+01:00")).toBeUndefined();
});

test("a digest is shortened the same way everywhere, a short one not at all", () => {
  expect(shortDigest("01a181c8-0000-7000-8000-00000000d99b")).toBe("01a181c8…d99b");
  expect(shortDigest("0123456789abcd")).toBe("0123456789abcd");
});
