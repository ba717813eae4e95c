import { describe, expect, it } from "vitest";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import { cosignatureLine, signNote } from "@/lib/crypto/log/signed-note";
import { sha256 } from "@/lib/crypto/primitives";
import {
  type Draft,
  draftOf,
  type EntryChange,
  FIXTURE_LOG,
  fixtureEntry,
  fixtureId,
  keysOf,
  layOut,
  operator,
} from "../bundle-fixture";
import { describeReport } from "../report/describe-report";
import type { Report } from "../report/report";
import { verifyBundle } from "../verify-bundle";
import { type Manifest, Policy } from "./bundle-format";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

function verify(
  manifest: Partial<Manifest>,
  changes: Record<number, EntryChange> = {},
  more: Partial<Draft> = {},
) {
  const entries = Array.from({ length: 6 }, (_, at) => fixtureEntry(at, changes[at]));
  return verifyBundle(layOut({ ...draftOf(OURS, entries, [3, 6]), manifest, ...more }, OURS), {
    policy: POLICY,
  });
}

const details = (report: Report, of: string) =>
  report.findings.filter((finding) => finding.class === of).map(({ detail }) => detail);
const noted = (report: Report) => report.notes.map((note) => note.class);

describe("an empty bundle", () => {
  const text = checkpointText({ origin: FIXTURE_LOG, size: 0, root: sha256("") });
  const signed = signNote(text, [{ name: FIXTURE_LOG, seed: OURS.logSeed }]);
  const empty = `${signed}${cosignatureLine(`${FIXTURE_LOG}/witness`, OURS.witnessSeed, text, 1_795_000_000)}\n`;

  it.each<[string, string[]]>([
    ["without any checkpoint", []],
    ["under a signed and cosigned one of size 0", [empty]],
  ])("an empty bundle %s has no good verdict, with a policy or without", async (_, checkpoints) => {
    const bundle = layOut({ ...draftOf(OURS, [], []), checkpoints }, OURS);
    for (const options of [{}, { policy: POLICY }, { policy: { ...POLICY, quorum: 0 } }]) {
      const report = await verifyBundle(bundle, options);
      expect([report.verdict, report.findings.map((finding) => finding.class)]).toEqual(["wrong", ["empty"]]);
    }
  });

  it("a bundle with leaves and no entry is reported as such", async () => {
    const report = await verify({ withheld: [0, 1, 2, 3, 4, 5] }, {}, { leftOut: [0, 1, 2, 3, 4, 5] });
    expect([report.verdict, noted(report)]).toEqual(["verified", expect.arrayContaining(["no entries"])]);
  });
});

describe("the range of a bundle", () => {
  it.each<[Partial<Manifest>, RegExp]>([
    [{ range: { from: 0, to: 99 } }, /the range 0 to 99 is not in a tree of 6 leaves/],
    [{ range: { from: 4, to: 2 } }, /the range 4 to 2 is not in/],
  ])("a range %o must be in the tree", async (manifest, pattern) => {
    expect(details(await verify(manifest), "manifest")).toContainEqual(expect.stringMatching(pattern));
  });

  it("a range that promises too many or too few entries names the first difference", async () => {
    const short = await verify({}, {}, { leftOut: [4, 5] });
    expect(short.findings).toMatchObject([{ class: "missing leaf", seq: 4 }]);
    const outside = await verify({ range: { from: 0, to: 4 } });
    expect(outside.findings).toMatchObject([
      { class: "missing leaf", seq: 4, detail: "entry 4 has no leaf in the range" },
      { class: "missing leaf", seq: 5 },
    ]);
  });

  it("a range that is only a part of the tree is noted", async () => {
    const part = await verify({ range: { from: 0, to: 4 } }, {}, { leftOut: [4, 5] });
    expect([part.verdict, noted(part)]).toEqual(["verified", expect.arrayContaining(["range"])]);
  });

  it("a number that is both withheld and present is a finding", async () => {
    expect(details(await verify({ withheld: [2] }), "manifest")).toEqual([
      "the range has 6 numbers, but the bundle accounts for 6 entries, 1 withheld and 0 pruned",
    ]);
  });
});

describe("the filter of a bundle", () => {
  const filtered = (filter: Record<string, string>, changes: Record<number, EntryChange> = {}) =>
    verify({ filter, complete: false }, changes);
  const org = (more: Record<string, string>) => ({
    org: { action: "a.b", actor: "p_1", index: { transaction_id: "t-1" }, ...more },
  });
  const all = (change: EntryChange) => Object.fromEntries([0, 1, 2, 3, 4, 5].map((at) => [at, change]));

  it("the filter must agree with whether entries were filtered", async () => {
    expect(details(await verify({ filter: { outcome: "done" } }), "manifest")).toHaveLength(1);
    expect(details(await verify({ complete: false }), "manifest")).toHaveLength(1);
    expect((await filtered({ outcome: "done" })).verdict).toBe("verified");
  });

  it.each<[string, Record<string, string>, Record<number, EntryChange>]>([
    ["an outcome", { outcome: "done" }, { 2: { outcome: "failed" } }],
    ["a first time", { from: "2026-11-24T14:44:00Z" }, { 2: { at: "2026-11-24T14:43:59.999999Z" } }],
    ["a last time", { to: "2026-11-24T14:46:00Z" }, { 2: { at: "2026-11-24T14:46:00.000000Z" } }],
    ["an action", { action: "a.b" }, { ...all(org({})), 2: org({ action: "b.c" }) }],
    ["an actor", { actor: "p_1" }, { ...all(org({})), 2: org({ actor: "p_2" }) }],
    ["a subject", { subject: "transaction:t-1" }, { ...all(org({})), 2: { org: { action: "a.b" } } }],
  ])(
    "with a filter by %s, an entry that the filter does not match is a finding",
    async (_, filter, changes) => {
      const report = await filtered(filter, changes);
      expect(report.findings).toMatchObject([
        { class: "manifest", seq: 2, detail: "entry 2 is in this bundle, but does not match the filter" },
      ]);
      const { 2: _outside, ...others } = changes;
      const inside = await filtered(filter, others[1] === undefined ? others : { ...others, 2: others[1] });
      expect([inside.verdict, inside.findings]).toEqual(["verified", []]);
    },
  );

  it("a filter with an invalid time is refused", async () => {
    expect(details(await filtered({ from: "yesterday" }), "manifest")).toEqual([
      "the filter names an invalid time",
    ]);
  });
});

describe("the entry that records the export", () => {
  const record = { export_entry: fixtureId(4), later: { count: 0 } };

  it("the export's entry in the tree is of class export, done, and no later than the export", async () => {
    expect(await verify(record, { 4: { class: "export" } })).toMatchObject({
      verdict: "verified",
      findings: [],
    });
    for (const change of [
      {},
      { class: "export", outcome: "failed" },
      { class: "export", at: "2026-11-24T15:01:00.000001Z" },
    ] satisfies EntryChange[])
      expect((await verify(record, { 4: change })).findings).toMatchObject([{ class: "manifest", seq: 4 }]);
  });

  it("the export's entry of a closed log is in another log, which the manifest names", async () => {
    const closed = { export_entry: fixtureId(99), later: { count: 0 }, recorded_in: `${FIXTURE_LOG}/2` };
    const report = await verify(closed);
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(report.notes).toContainEqual({
      class: "export entry",
      detail: `the log entry of this export, ${fixtureId(99)}, is in the log ${FIXTURE_LOG}/2, which follows this one`,
    });
    expect(details(await verify({ ...closed, recorded_in: FIXTURE_LOG }), "manifest")).toHaveLength(2);
    const here = await verify({ ...closed, export_entry: fixtureId(4) }, { 4: { class: "export" } });
    expect(here.findings).toMatchObject([{ class: "manifest", seq: 4 }]);
  });

  it("a missing export entry is a finding unless entries are later, withheld or left out", async () => {
    const nowhere = { export_entry: fixtureId(99), later: { count: 0 } };
    expect(details(await verify(nowhere), "manifest")).toEqual([
      `entry ${fixtureId(99)}, which records this export, is not in the tree, and the manifest counts no later entries`,
    ]);
    const withheld = await verify({ ...nowhere, withheld: [2] }, {}, { leftOut: [2] });
    expect(withheld.verdict).toBe("verified");
    expect(withheld.notes.find((note) => note.class === "export entry")?.detail).toBe(
      `the log entry of this export, ${fixtureId(99)}, is among the entries that this bundle leaves out`,
    );
    const later = { count: 1, oldest_at: "2026-11-24T14:59:59.000000Z" };
    const both = await verify({ ...nowhere, withheld: [2], later }, {}, { leftOut: [2] });
    expect(both.notes.find((note) => note.class === "export entry")?.detail).toMatch(
      /comes after the checkpoint at which this bundle ends, as usual, or is among the entries that this bundle leaves out$/,
    );
    expect(details(await verify({ export_entry: "none" }), "manifest")).toHaveLength(1);
  });
});

it("an unmet quorum alone is reported as such and not as a forgery", async () => {
  const bundle = layOut(draftOf(OURS, [fixtureEntry(0)], [1]), OURS);
  const report = await verifyBundle(bundle, { policy: { ...POLICY, quorum: 2 } });
  expect(describeReport(report).split("\n").slice(0, 2)).toEqual([
    "WRONG",
    expect.stringMatching(
      /^No change was found, but something is missing: .*1 cosignature by trusted witnesses \(2 required\)$/,
    ),
  ]);
});
