import { expect, it } from "vitest";
import { draftOf, fixtureEntry, keysOf, layOut, operator } from "../bundle-fixture";
import { Policy } from "../claims/bundle-format";
import { verifyBundle } from "../verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

it("a bundle that claims to have no parts but has some is wrong, because the claim could hide a dropped part", async () => {
  const entries = Array.from({ length: 6 }, (_, at) => {
    const entry = fixtureEntry(at);
    return at === 3 ? { ...entry, parts: [] } : entry;
  });
  const manifest = { parts: "none" as const };
  const report = await verifyBundle(layOut({ ...draftOf(OURS, entries, [6]), manifest }, OURS), {
    policy: POLICY,
  });
  expect(report.verdict).toBe("wrong");
});

it("a bundle without parts reports that to its reader", async () => {
  const entries = Array.from({ length: 6 }, (_, at) => ({ ...fixtureEntry(at), parts: [] }));
  const manifest = { parts: "none" as const };
  const report = await verifyBundle(layOut({ ...draftOf(OURS, entries, [6]), manifest }, OURS), {
    policy: POLICY,
  });
  expect(report.notes.some((note) => /part/.test(note.detail))).toBe(true);
});
