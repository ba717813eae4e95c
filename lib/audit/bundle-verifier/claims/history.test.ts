import { describe, expect, it } from "vitest";
import { checkpointText } from "@/lib/audit/entry/checkpoint";
import { toBase64url } from "@/lib/crypto/bytes";
import { treeRoot } from "@/lib/crypto/log/merkle";
import { signNote, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, sha256 } from "@/lib/crypto/primitives";
import {
  checkpointNote,
  draft,
  draftOf,
  type EntryChange,
  FIXTURE_LOG,
  type FixtureEntry,
  fixtureId,
  layOut,
  operator,
  PERSON_KEY,
  PERSON_PART,
} from "../bundle-fixture";
import { classes, logOf, noted, OURS, POLICY, verify } from "../history-fixture";
import { describeReport } from "../report/describe-report";
import { verifyBundle } from "../verify-bundle";
import type { Manifest } from "./bundle-format";

describe("erased parts", () => {
  const digest = toBase64url(sha256("a key"));
  const details = { compartment: "c-1", key_digest: digest, ...PERSON_KEY };
  const org = { action: "compartment.erase", details };
  const erased: Manifest["erased"] = [{ seq: 1, c: PERSON_PART, entry: fixtureId(4) }];
  const log = (changes: Readonly<Record<number, EntryChange>>) =>
    logOf(6, { 1: { person: true }, ...changes });
  const without = (entries: readonly FixtureEntry[], c = PERSON_PART) =>
    entries.map((entry, at) => ({
      ...entry,
      parts: entry.parts.map(({ key, ...part }) =>
        key === undefined || (at === 1 && part.c === c) ? part : { ...part, key },
      ),
    }));

  it("an erased part is accepted with the erasure in the tree that names its key, without other findings", async () => {
    const entries = log({ 4: { class: "retention", org, pub: { thumbprint: digest } } });
    const report = await verify(without(entries), { manifest: { erased } });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(noted(report)).toContain("erased");
  });

  it.each<[string, EntryChange, Manifest["erased"]]>([
    ["a key that is merely left out", { class: "retention", org }, undefined],
    ["an erasure that is no such entry", { class: "log", org }, erased],
    ["an erasure that failed", { class: "retention", outcome: "failed", org }, erased],
    [
      "an erasure that names no key",
      { class: "retention", org: { action: "compartment.erase", details: {} } },
      erased,
    ],
    ["an entry that records something else", { class: "retention", org: { action: "log.prune" } }, erased],
    [
      "an erasure that is not in the bundle",
      { class: "retention", org },
      [{ seq: 1, c: PERSON_PART, entry: fixtureId(77) }],
    ],
    [
      "an erased part of an entry that is not here",
      { class: "retention", org },
      [{ seq: 99, c: PERSON_PART, entry: fixtureId(4) }],
    ],
  ])("a part is not accepted as erased with %s", async (_, change, listed) => {
    const manifest = listed === undefined ? {} : { erased: listed };
    const report = await verify(without(log({ 4: change })), { manifest });
    expect(classes(report)).toContain("erased");
  });

  it.each<[string, EntryChange, EntryChange, string, RegExp]>([
    ["the organisation's own part", {}, {}, "org", /in the organisation's/],
    [
      "an entry that was made after the erasure",
      { at: "2026-11-24T14:48:00.000000Z" },
      {},
      PERSON_PART,
      /later than the erasure, entry 4/,
    ],
    [
      "another key than the one in its public part",
      {},
      { pub: { thumbprint: "A".repeat(43) } },
      PERSON_PART,
      /two keys/,
    ],
  ])(
    "a part is not accepted as erased with %s, which no such erasure explains",
    async (_, part, change, c, fault) => {
      const entries = log({ 1: { person: true, ...part }, 4: { class: "retention", org, ...change } });
      const listed = [{ seq: 1, c, entry: fixtureId(4) }];
      const report = await verify(without(entries, c), { manifest: { erased: listed } });
      expect(report.findings).toMatchObject([{ class: "erased", detail: expect.stringMatching(fault) }]);
    },
  );

  it("one erasure cannot explain two parts of one entry, because it destroys one compartment's key", async () => {
    const entries = without(without(log({ 4: { class: "retention", org } })), "org");
    const both = [
      { seq: 1, c: PERSON_PART, entry: fixtureId(4) },
      { seq: 1, c: "org", entry: fixtureId(4) },
    ];
    expect(classes(await verify(entries, { manifest: { erased: both } }))).toEqual(["erased", "erased"]);
  });

  it("a part whose key is present is not accepted as erased", async () => {
    const report = await verify(log({ 4: { class: "retention", org } }), { manifest: { erased } });
    expect(classes(report)).toContain("erased");
  });
});

describe("pruned entries", () => {
  const root = toBase64url(treeRoot(draft(OURS, 4, []).leaves));
  const prune = { minimum: 2, checkpoint: { size: 4, root } };
  const pruning: EntryChange = { class: "retention", pub: { prune } };
  const pruned = { minimum: 2, entry: fixtureId(5) };
  const verifyPruned = (change: EntryChange, manifest: Partial<Manifest>, leftOut = [0, 1]) => {
    const entries = logOf(7, { 5: change });
    // The first four entries are the draft's own, so that the root of their tree is the named one.
    const first = draft(OURS, 4, []).entries;
    return verify([...first, ...entries.slice(4)], { manifest, leftOut });
  };

  it("pruned entries are accepted below the minimum of a pruning in the tree, over the tree that it names", async () => {
    const first = draft(OURS, 4, []);
    const named = { minimum: 2, checkpoint: { size: 4, root: toBase64url(treeRoot(first.leaves)) } };
    const entries = [
      ...first.entries,
      ...logOf(7, { 5: { class: "retention", pub: { prune: named } } }).slice(4),
    ];
    const report = await verify(entries, { manifest: { pruned }, leftOut: [0, 1] });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(report.notes.find((note) => note.class === "pruned")?.count).toBe(2);
  });

  it("a pruning covers neither entries above the minimum nor any without its own entry", async () => {
    expect(classes(await verifyPruned(pruning, { pruned }, [0, 1, 2]))).toContain("missing leaf");
    expect(classes(await verifyPruned(pruning, {}, [0, 1]))).toContain("missing leaf");
    for (const bad of [
      { minimum: 3, entry: fixtureId(5) },
      { minimum: 2, entry: fixtureId(6) },
    ])
      expect(classes(await verifyPruned(pruning, { pruned: bad }))).toContain("pruned");
    const other = { minimum: 2, checkpoint: { size: 4, root: toBase64url(sha256("another")) } };
    const later = { minimum: 2, checkpoint: { size: 6, root } };
    for (const named of [other, later]) {
      const change: EntryChange = { class: "retention", pub: { prune: named } };
      expect(classes(await verifyPruned(change, { pruned }))).toContain("pruned");
    }
    const wrongClass: EntryChange = { class: "log", pub: { prune } };
    expect(classes(await verifyPruned(wrongClass, { pruned }))).toContain("pruned");
  });

  /** A log pruned by entry 5, over the tree that it names, and later entries. */
  const prunedLog = (leftOut: readonly number[], manifest: Partial<Manifest>, after: EntryChange = {}) => {
    const first = draft(OURS, 4, []);
    const named = { minimum: 3, checkpoint: { size: 4, root: toBase64url(treeRoot(first.leaves)) } };
    const change: EntryChange = { class: "retention", pub: { prune: named } };
    const entries = [...first.entries, ...logOf(8, { 5: change, 6: after }).slice(4)];
    const claim = { pruned: { minimum: 3, entry: fixtureId(5) }, ...manifest };
    return verify(entries, { manifest: claim, leftOut });
  };

  it("a pruning counts missing entries below the minimum, but not withheld ones", async () => {
    const report = await prunedLog([0, 1, 2], { withheld: [1] });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(report.notes.find((note) => note.class === "pruned")?.count).toBe(2);
  });

  it("a pruning is rejected if nothing below the minimum is missing, or a number is listed twice", async () => {
    expect(classes(await prunedLog([], {}))).toEqual(["pruned"]);
    expect(classes(await prunedLog([0, 1], { withheld: [2] }))).toEqual(["manifest"]);
  });

  it("a pruning is rejected for entries that a later recovery appended again byte for byte", async () => {
    const recovery = (from: number): EntryChange => ({
      class: "log",
      pub: { recovery: { from, to: 6, lost: [] } },
    });
    const report = await prunedLog([0, 1], {}, recovery(1));
    expect(report.findings).toMatchObject([
      { class: "pruned", detail: expect.stringContaining("entry 1 was appended again byte for byte") },
    ]);
    expect((await prunedLog([0, 1], {}, recovery(2))).verdict).toBe("verified");
  });
});

describe("lost data", () => {
  it("rows that a restore lost are reported as lost, and a recovery without a loss is a note", async () => {
    const recovery = { from: 2, to: 5, lost: ["transaction:t-1", "dispute:d-2"] };
    const lost = await verify(logOf(6, { 5: { class: "log", pub: { recovery } } }));
    expect(lost.verdict).toBe("wrong");
    expect(lost.findings).toMatchObject([{ class: "lost" }]);
    expect(describeReport(lost)).toContain("transaction:t-1, dispute:d-2");
    const whole = await verify(
      logOf(6, { 5: { class: "log", pub: { recovery: { ...recovery, lost: [] } } } }),
    );
    expect([whole.verdict, noted(whole)]).toEqual(["verified", expect.arrayContaining(["recovered"])]);
  });

  it("a new origin reports the old log's range as lost, and such a log never has a good verdict", async () => {
    const old = checkpointNote(OURS, draft(OURS, 9, []).leaves).replaceAll(FIXTURE_LOG, "old.example.test");
    const recovery = { origin: "old.example.test", checkpoint: old, lost: { from: 4, to: 9 } };
    const report = await verify(logOf(4, { 0: { class: "log", pub: { recovery } } }));
    expect(report.verdict).toBe("wrong");
    expect(report.findings[0]?.detail).toContain("lost 4..8 of the log old.example.test");
  });

  it("a recovery statement is checked: the named data must have existed, and in its range", async () => {
    const says = async (recovery: { from: number; to: number; lost: string[] }) =>
      (await verify(logOf(6, { 5: { class: "log", pub: { recovery } } }))).findings.map(
        ({ detail }) => detail,
      );
    expect(await says({ from: 2, to: 9, lost: [] })).toEqual([
      "entry 5 records a recovery of entries that did not exist: 2 to 9",
    ]);
    expect(await says({ from: 4, to: 2, lost: [] })).toHaveLength(1);
    const [within] = await says({ from: 2, to: 5, lost: [`entry:${fixtureId(3)}`, "entry:none"] });
    expect(within).not.toContain("as lost, but");
    const [outside] = await says({ from: 2, to: 5, lost: [`entry:${fixtureId(1)}`] });
    expect(outside).toContain(
      `the recovery names entry:${fixtureId(1)} as lost, but this entry is not among the entries that were appended again`,
    );
  });

  it("the report shows whether the old log's trusted key signed the checkpoint that a new log begins with", async () => {
    const leaves = draft(OURS, 9, []).leaves;
    const text = checkpointText({ origin: "old.example.test", size: 9, root: treeRoot(leaves) });
    const oldKey = vkey("old.example.test", ed25519PublicKey(OURS.logSeed));
    const says = async (seed: Uint8Array, log: string[]) => {
      const checkpoint = signNote(text, [{ name: "old.example.test", seed }]);
      const recovery = { origin: "old.example.test", checkpoint, lost: { from: 4, to: 9 } };
      const entries = logOf(4, { 0: { class: "log", pub: { recovery } } });
      const policy = { ...POLICY, log: [...POLICY.log, ...log] };
      const report = await verifyBundle(layOut(draftOf(OURS, entries, [4]), OURS), { policy });
      return report.findings.find((finding) => finding.class === "lost")?.detail;
    };
    expect(await says(OURS.logSeed, [oldKey])).toContain(
      "the lost log's key signed the checkpoint that the recovery names",
    );
    expect(await says(operator(2).logSeed, [oldKey])).toContain("did not sign the checkpoint");
    expect(await says(OURS.logSeed, [])).toContain("no trusted key belongs to the lost log");
  });

  it.each([
    ["a new origin that is not entry 0", 2, "old.example.test", { from: 4, to: 9 }],
    ["a log that claims to follow itself", 0, FIXTURE_LOG, { from: 4, to: 9 }],
    ["more lost than there was", 0, "old.example.test", { from: 4, to: 10 }],
  ])("a new log is not accepted with %s", async (_, at, origin, range) => {
    const old = checkpointNote(OURS, draft(OURS, 9, []).leaves).replaceAll(FIXTURE_LOG, origin);
    const recovery = { origin, checkpoint: old, lost: range };
    const report = await verify(logOf(4, { [at]: { class: "log", pub: { recovery } } }));
    expect(report.findings).toMatchObject([
      { class: "lost", detail: expect.stringContaining("an unknown form") },
    ]);
  });
});
