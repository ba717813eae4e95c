import { expect, it } from "vitest";
import { draftOf, fixtureEntry, keysOf, layOut, operator } from "../bundle-fixture";
import { Policy } from "../claims/bundle-format";
import { verifyBundle } from "../verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

it("a bundle that says it has no parts and has some is wrong: the word would hide the one that was dropped", async () => {
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

it("a bundle that has no parts says so to its reader", async () => {
  const entries = Array.from({ length: 6 }, (_, at) => ({ ...fixtureEntry(at), parts: [] }));
  const manifest = { parts: "none" as const };
  const report = await verifyBundle(layOut({ ...draftOf(OURS, entries, [6]), manifest }, OURS), {
    policy: POLICY,
  });
  expect(report.notes.some((note) => /part/.test(note.detail))).toBe(true);
});
