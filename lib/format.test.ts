import { expect, test } from "vitest";
import {
  describeDevice,
  formatCount,
  formatDecimal,
  formatHours,
  formatSize,
  formatTime,
  isMidnight,
  isoOf,
  lastDayOf,
  readDecimal,
  regionName,
  shortDigest,
} from "@/lib/format";

test("a jurisdiction is shown by its name, and an unknown one as it is", () => {
  expect([regionName("DE", "en"), regionName("DE", "de"), regionName("EU", "de")]).toEqual([
    "Germany",
    "Deutschland",
    "Europäische Union",
  ]);
  expect([regionName("", "en"), regionName("Atlantis", "de")]).toEqual(["", "Atlantis"]);
});

test("counts are grouped by threes, as the language does it", () => {
  const counts = [0, 7, 999, 1000, 1204878];
  expect(counts.map((count) => formatCount(count, "en"))).toEqual(["0", "7", "999", "1,000", "1,204,878"]);
  expect(counts.map((count) => formatCount(count, "de"))).toEqual(["0", "7", "999", "1.000", "1.204.878"]);
});

test("sizes of files and hours of a day are written in one way", () => {
  expect([formatSize(1_887_436, "en"), formatSize(1_887_436, "de"), formatSize(300, "de")]).toEqual([
    "1.8 MB",
    "1,8 MB",
    "1 kB",
  ]);
  expect(formatHours("09:00", "17:00")).toBe("09:00–17:00");
});

test.each([
  ["482150.00", "482,150.00", "482.150,00"],
  ["-1250.5", "-1,250.5", "-1.250,5"],
  ["-999", "-999", "-999"],
  ["0.000000000000000001", "0.000000000000000001", "0,000000000000000001"],
  [
    "123456789012345678.123456789012345678",
    "123,456,789,012,345,678.123456789012345678",
    "123.456.789.012.345.678,123456789012345678",
  ],
])("the decimal %s keeps every digit in both languages", (text, english, german) => {
  expect(formatDecimal(text, "en")).toBe(english);
  expect(formatDecimal(text, "de")).toBe(german);
});

test.each(["", "#", "1e5", "1.2.3", "12 EUR", "••••••••", "+1.5", ".5"])(
  "%j is not a decimal and stays",
  (text) => {
    expect([formatDecimal(text, "en"), formatDecimal(text, "de")]).toEqual([text, text]);
  },
);

test("a time is shown with its zone, summer time included", () => {
  const winter = new Date("2026-11-24T13:31:58.123Z");
  expect(formatTime(winter, { timeZone: "Europe/Berlin" })).toBe("24 Nov 2026, 14:31:58 CET");
  expect(formatTime(winter, { timeZone: "UTC" })).toBe("24 Nov 2026, 13:31:58 UTC");
  expect(formatTime(new Date("2026-09-01T22:00:00Z"), { timeZone: "Europe/Berlin" })).toBe(
    "2 Sep 2026, 00:00:00 CEST",
  );
});

test.each([
  ["1250", "1250", "1250"],
  ["1,250.50", "1250.50", undefined],
  ["1.250,50", undefined, "1250.50"],
  ["1250.50", "1250.50", undefined],
  ["1250,50", undefined, "1250.50"],
  ["-1,250", "-1250", "-1.250"],
  ["1.250", "1.250", "1250"],
  ["12,50,000", undefined, undefined],
  ["", undefined, undefined],
  ["1e3", undefined, undefined],
])("what a person typed as %j is read as their language writes numbers", (text, english, german) => {
  expect([readDecimal(text, "en"), readDecimal(text, "de")]).toEqual([english, german]);
});

test("an end at midnight UTC is the day before, and any other end an instant", () => {
  expect(lastDayOf("2026-12-15T00:00:00Z")?.toISOString()).toBe("2026-12-14T00:00:00.000Z");
  expect(lastDayOf("2026-12-15T00:00:01Z")).toBeUndefined();
  expect(lastDayOf("2026-12-15T00:00:00+01:00")).toBeUndefined();
});

test("a beginning at midnight UTC is a day, whatever zone its reader is in, and any other an instant", () => {
  expect(isMidnight("2026-11-24T00:00:00Z")).toBe(true);
  expect(isMidnight("2026-11-24T00:00:00+01:00")).toBe(false);
});

test("what is no time or no number is said, and no formatter throws", () => {
  const wrong = new Date("nonsense");
  expect([formatTime(wrong), formatTime(wrong, { locale: "de", form: "day" })]).toEqual([
    "no date",
    "kein Datum",
  ]);
  expect(isoOf(wrong)).toBeUndefined();
  expect(isoOf(new Date(0))).toBe("1970-01-01T00:00:00.000Z");
  expect([formatCount(Number.NaN, "en"), formatDecimal("nonsense", "en")]).toEqual(["–", "nonsense"]);
  expect([lastDayOf("nonsense"), isMidnight("nonsense")]).toEqual([undefined, false]);
});

test("a device has the name of its browser and system, and none where it does not say", () => {
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
  const safari =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
  expect([chrome, `${chrome} Edg/141.0`, safari, "curl/8", undefined].map(describeDevice)).toEqual([
    "Chrome 141, Linux",
    "Edge 141, Linux",
    "Safari 18, macOS",
    "",
    "",
  ]);
});

test("a digest is shortened the same way everywhere, a short one not at all", () => {
  expect(shortDigest("01a181c8-0000-7000-8000-00000000d99b")).toBe("01a181c8…d99b");
  expect(shortDigest("0123456789abcd")).toBe("0123456789abcd");
});
