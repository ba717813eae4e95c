import { expect, it } from "vitest";
import {
  draftOf,
  type EntryChange,
  fixtureEntry,
  fixtureId,
  keysOf,
  layOut,
  operator,
} from "./bundle-fixture";
import { type Manifest, Policy } from "./bundle-format";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

/** A bundle of six entries, of which some have no part beside them. */
async function without(
  gone: readonly number[],
  manifest: Partial<Manifest> = {},
  changes: Record<number, EntryChange> = {},
) {
  const entries = Array.from({ length: 6 }, (_, at) => {
    const entry = fixtureEntry(at, changes[at]);
    return gone.includes(at) ? { ...entry, parts: [] } : entry;
  });
  const report = await verifyBundle(layOut({ ...draftOf(OURS, entries, [6]), manifest }, OURS), {
    policy: POLICY,
  });
  return { verdict: report.verdict, found: report.findings.map(({ class: of, seq }) => [of, seq]) };
}

it("an entry whose org part was left out is named, in a whole and in a filtered bundle", async () => {
  const wrong = { verdict: "wrong", found: [["part", 3]] };
  expect(await without([3])).toEqual(wrong);
  expect(await without([3], { complete: false, filter: { outcome: "done" } })).toEqual(wrong);
});

it("a bundle that asked for no part has none, and verifies", async () => {
  expect(await without([0, 1, 2, 3, 4, 5], { parts: "none" })).toEqual({ verdict: "verified", found: [] });
});

it("what a recovery says came back without its parts is lost and not named once more", async () => {
  const recovery = { from: 2, to: 4, lost: [`entry:${fixtureId(3)}`] };
  const changes: Record<number, EntryChange> = { 5: { class: "log", pub: { recovery } } };
  expect(await without([3], {}, changes)).toMatchObject({ found: [["lost", undefined]] });
  expect((await without([1, 3], {}, changes)).found).toEqual(expect.arrayContaining([["part", 1]]));
});
