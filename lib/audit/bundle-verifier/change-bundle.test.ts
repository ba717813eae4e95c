import { expect, test } from "vitest";
import { draft, keysOf, layOut, operator } from "./bundle-fixture";
import { ChangeError, changeBundle } from "./change-bundle";
import { Policy } from "./claims/bundle-format";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const BUNDLE = layOut(draft(OURS, 12, [1, 3, 7, 12]), OURS);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

test.each([0, 5, 11])("the entry changed for the tour (%i) is named by the verifier", async (seq) => {
  const report = await verifyBundle(changeBundle(BUNDLE, seq), { policy: POLICY });
  expect(report.verdict).toBe("wrong");
  expect(JSON.stringify(report)).toContain(`"seq":${seq}`);
});

test("it is found with the keys in the bundle alone, too", async () => {
  expect((await verifyBundle(changeBundle(BUNDLE, 4), {})).verdict).toBe("wrong");
});

test("an entry that is not there, and a line that is none, are refused by name", () => {
  expect(() => changeBundle(BUNDLE, 12)).toThrow(ChangeError);
  const odd = layOut({ ...draft(OURS, 2, [2]), texts: { "entries.ndjson": "{}\n" } }, OURS);
  expect(() => changeBundle(odd, 0)).toThrow(ChangeError);
});
