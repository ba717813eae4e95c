import { expect, test } from "vitest";
import { draft, fixtureEntry, keysOf, layOut, operator } from "@/lib/audit/bundle-verifier/bundle-fixture";
import { changeBundle } from "@/lib/audit/bundle-verifier/change-bundle";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { groupOf, mainFinding } from "@/lib/audit/bundle-verifier/report/advice";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { differencesOf } from "./finding-words";

const OURS = operator(1);
const CLEAN = draft(OURS, 12, [1, 3, 7, 12]);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

test("an entry whose listed leaf was changed to fit is reported with the signed root and the computed root", async () => {
  const report = await verifyBundle(changeBundle(layOut(CLEAN, OURS), 5), { policy: POLICY });
  const bad = report.nearby.find(({ isBad }) => isBad);
  expect(bad).toMatchObject({ seq: 5, own: bad?.listed });
  const differences = differencesOf(report);
  expect(differences.map(({ kind }) => kind)).toEqual(["fitted", "place", "root"]);
  const root = differences.flatMap((one) => (one.kind === "root" ? [one.roots] : []))[0];
  expect(root?.size).toBe(7);
  expect(root?.signed).not.toBe(root?.own);
});

test("an entry whose bytes do not give the listed leaf is reported with both leaves", async () => {
  const entries = CLEAN.entries.map((entry, seq) => (seq === 5 ? fixtureEntry(90_005) : entry));
  const report = await verifyBundle(layOut({ ...CLEAN, entries }, OURS), { policy: POLICY });
  const bad = report.nearby.find(({ isBad }) => isBad);
  expect(bad?.own).not.toBe(bad?.listed);
  expect(differencesOf(report).map(({ kind }) => kind)).toEqual(["leaf"]);
});

test("a bundle that verifies has no difference", async () => {
  expect(differencesOf(await verifyBundle(layOut(CLEAN, OURS), { policy: POLICY }))).toEqual([]);
});

test("a bundle of another signer is spoken of by its keys, and not by an entry", async () => {
  const theirs = operator(2);
  const report = await verifyBundle(layOut(draft(theirs, 12, [3, 12]), theirs), { policy: POLICY });
  const main = mainFinding(report.findings);
  expect(main).toMatchObject({
    class: "foreign keys",
    logs: { bundle: "log.example.test/sealport", policy: "log.example.test/sealport" },
  });
  expect(groupOf(main ?? { class: "" })).toBe("keys");
  expect(report.findings.some(({ seq }) => seq !== undefined)).toBe(false);
});
