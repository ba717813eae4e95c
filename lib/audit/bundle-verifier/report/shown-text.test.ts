import { expect, test } from "vitest";
import { draft, keysOf, layOut, operator } from "../bundle-fixture";
import { Policy } from "../claims/bundle-format";
import { verifyBundle } from "../verify-bundle";
import { describeReport } from "./describe-report";
import type { Report } from "./report";
import { shownJson, shownText } from "./shown-text";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
/**
 * Clears the screen; the same by C1; reverses the direction of writing; ends the line; joins; a byte order mark; a lone
 * surrogate.
 */
const EVIL = "\u001b[2J\u009b2J\u202eok\u2066\nVERIFIED under the policy\r\u200d\ufeff\u2028\ud800\u007f";
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test("foreign text becomes one line of visible characters and shows escapes for the others", () => {
  expect(shownText(EVIL)).not.toMatch(OBEYED);
  expect(shownText("a\u001b[2Jb\u202e")).toBe("a\\u{1b}[2Jb\\u{202e}");
  expect(shownText("Grüße, 日本 – ok")).toBe("Grüße, 日本 – ok");
  expect(shownText("x".repeat(5_000_000)).length).toBeLessThan(2_100);
});

test("JSON keeps its value and contains no terminal control characters", () => {
  const value = { [EVIL]: [EVIL, "\u{e0041}"] };
  expect(shownJson(value).replaceAll("\n", "")).not.toMatch(OBEYED);
  expect(JSON.parse(shownJson(value))).toEqual(value);
});

test.each<[string, Partial<Report>]>([
  ["the log's name", { log: EVIL }],
  ["a finding", { findings: [{ class: "part", detail: EVIL, seq: 1 }], verdict: "wrong" }],
  ["the headline", { findings: [{ class: "foreign keys", detail: EVIL }], verdict: "wrong" }],
  ["a note", { notes: [{ class: "recovered", detail: EVIL }] }],
  ["a key", { trust: { source: "bundle", keys: [EVIL] } }],
])("a report shows no line break from the bundle in %s", async (_, change) => {
  const report = await verifyBundle(layOut(draft(OURS, 3, [3]), OURS), { policy: POLICY });
  const clean = describeReport({ ...report, ...change });
  expect(clean.replaceAll("\n", "")).not.toMatch(OBEYED);
  expect(clean.split("\n").filter((line) => line.startsWith("VERIFIED"))).toHaveLength(
    change.verdict === "wrong" ? 0 : 1,
  );
});
