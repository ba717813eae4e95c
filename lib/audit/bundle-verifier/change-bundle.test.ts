import { expect, test } from "vitest";
import { draft, keysOf, layOut, operator } from "./bundle-fixture";
import { ChangeError, changeBundle } from "./change-bundle";
import { Policy } from "./claims/bundle-format";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const BUNDLE = layOut(draft(OURS, 12, [1, 3, 7, 12]), OURS);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

test.each([0, 5, 11])("the verifier names the entry that the tour changed (%i)", async (seq) => {
  const report = await verifyBundle(changeBundle(BUNDLE, seq), { policy: POLICY });
  expect(report.verdict).toBe("wrong");
  expect(JSON.stringify(report)).toContain(`"seq":${seq}`);
});

test("the verifier also finds the change with only the keys in the bundle", async () => {
  expect((await verifyBundle(changeBundle(BUNDLE, 4), {})).verdict).toBe("wrong");
});

test("a missing entry and an invalid line are refused with their reasons", () => {
  expect(() => changeBundle(BUNDLE, 12)).toThrow(ChangeError);
  const odd = layOut({ ...draft(OURS, 2, [2]), texts: { "entries.ndjson": "{}\n" } }, OURS);
  expect(() => changeBundle(odd, 0)).toThrow(ChangeError);
});
