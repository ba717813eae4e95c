import { describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import { FormatError } from "@/lib/crypto/format-error";
import { treeRoot } from "@/lib/crypto/merkle";
import { ed25519PublicKey, sha256 } from "@/lib/crypto/primitives";
import { signReceipt } from "@/lib/crypto/receipt";
import { cosignatureLine, cosignerVkey, signNote, vkey } from "@/lib/crypto/signed-note";
import { checkpointText } from "../checkpoint";
import { entryLeaf } from "../entry";
import {
  checkpointNote,
  type Draft,
  draft,
  draftOf,
  type EntryChange,
  FIXTURE_LOG,
  type FixtureEntry,
  fixtureEntry,
  fixtureId,
  keysOf,
  layOut,
  operator,
  PERSON_PART,
} from "./bundle-fixture";
import { type Manifest, Policy } from "./bundle-format";
import { imprintOf } from "./check-tree";
import { describeReport } from "./describe-report";
import type { Report } from "./report";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

function logOf(count: number, changes: Readonly<Record<number, EntryChange>>): FixtureEntry[] {
  return Array.from({ length: count }, (_, at) => fixtureEntry(at, changes[at]));
}

function verify(entries: readonly FixtureEntry[], more: Partial<Draft> = {}): Promise<Report> {
  return verifyBundle(layOut({ ...draftOf(OURS, entries, [3, entries.length]), ...more }, OURS), {
    policy: POLICY,
  });
}

const classes = (report: Report) => report.findings.map((finding) => finding.class);
const noted = (report: Report) => report.notes.map((note) => note.class);

describe("erased", () => {
  const digest = toBase64url(sha256("a key"));
  const org = { action: "compartment.erase", details: { compartment: "c-1", key_digest: digest } };
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

  it("is believed with the erasure in the tree that names the key, and nothing else is wrong", async () => {
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
  ])("is not believed of %s", async (_, change, listed) => {
    const manifest = listed === undefined ? {} : { erased: listed };
    const report = await verify(without(log({ 4: change })), { manifest });
    expect(classes(report)).toContain("erased");
  });

  it.each<[string, EntryChange, EntryChange, string, RegExp]>([
    ["the organisation's own part", {}, {}, "org", /under the organisation's/],
    [
      "an entry that was made after the erasure",
      { at: "2026-11-24T14:48:00.000000Z" },
      {},
      PERSON_PART,
      /later than the erasure, entry 4/,
    ],
    [
      "another key than the one in the open",
      {},
      { pub: { thumbprint: "A".repeat(43) } },
      PERSON_PART,
      /two keys/,
    ],
  ])("is not believed of %s, for which no such erasure vouches", async (_, part, change, c, fault) => {
    const entries = log({ 1: { person: true, ...part }, 4: { class: "retention", org, ...change } });
    const listed = [{ seq: 1, c, entry: fixtureId(4) }];
    const report = await verify(without(entries, c), { manifest: { erased: listed } });
    expect(report.findings).toMatchObject([{ class: "erased", detail: expect.stringMatching(fault) }]);
  });

  it("is not believed of two parts of one entry under one erasure, which is of one compartment", async () => {
    const entries = without(without(log({ 4: { class: "retention", org } })), "org");
    const both = [
      { seq: 1, c: PERSON_PART, entry: fixtureId(4) },
      { seq: 1, c: "org", entry: fixtureId(4) },
    ];
    expect(classes(await verify(entries, { manifest: { erased: both } }))).toEqual(["erased"]);
  });

  it("is not believed of a part whose key is here all the same", async () => {
    const report = await verify(log({ 4: { class: "retention", org } }), { manifest: { erased } });
    expect(classes(report)).toContain("erased");
  });
});

describe("pruned", () => {
  const root = toBase64url(treeRoot(draft(OURS, 4, []).leaves));
  const prune = { minimum: 2, checkpoint: { size: 4, root } };
  const pruning: EntryChange = { class: "retention", pub: { prune } };
  const pruned = { minimum: 2, entry: fixtureId(5) };
  const verifyPruned = (change: EntryChange, manifest: Partial<Manifest>, leftOut = [0, 1]) => {
    const entries = logOf(7, { 5: change });
    // The four entries below are the draft's own, so that the root of their tree is the one named.
    const first = draft(OURS, 4, []).entries;
    return verify([...first, ...entries.slice(4)], { manifest, leftOut });
  };

  it("is believed below the minimum that a pruning in the tree names, over the tree it names", async () => {
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

  it("does not cover what lies above the minimum, nor anything without its entry", async () => {
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

  /** A log pruned by entry 5, over the tree it names, and what comes after it. */
  const prunedLog = (leftOut: readonly number[], manifest: Partial<Manifest>, after: EntryChange = {}) => {
    const first = draft(OURS, 4, []);
    const named = { minimum: 3, checkpoint: { size: 4, root: toBase64url(treeRoot(first.leaves)) } };
    const change: EntryChange = { class: "retention", pub: { prune: named } };
    const entries = [...first.entries, ...logOf(8, { 5: change, 6: after }).slice(4)];
    const claim = { pruned: { minimum: 3, entry: fixtureId(5) }, ...manifest };
    return verify(entries, { manifest: claim, leftOut });
  };

  it("counts what is missing below the minimum, and not what is withheld there", async () => {
    const report = await prunedLog([0, 1, 2], { withheld: [1] });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
    expect(report.notes.find((note) => note.class === "pruned")?.count).toBe(2);
  });

  it("is not believed where nothing below the minimum is missing, or a number is told of twice", async () => {
    expect(classes(await prunedLog([], {}))).toEqual(["pruned"]);
    expect(classes(await prunedLog([0, 1], { withheld: [2] }))).toEqual(["manifest"]);
  });

  it("is not believed of what a later recovery says was appended again byte for byte", async () => {
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

describe("lost", () => {
  it("is said of rows that a restore lost, and a recovery that lost nothing is a note", async () => {
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

  it("is said of the old log's range by a new origin, and such a log never has a good verdict", async () => {
    const old = checkpointNote(OURS, draft(OURS, 9, []).leaves).replaceAll(FIXTURE_LOG, "old.example.test");
    const recovery = { origin: "old.example.test", checkpoint: old, lost: { from: 4, to: 9 } };
    const report = await verify(logOf(4, { 0: { class: "log", pub: { recovery } } }));
    expect(report.verdict).toBe("wrong");
    expect(report.findings[0]?.detail).toContain("lost 4..8 of the log old.example.test");
  });

  it("says of a statement what can be looked up: what it names must have been there, and in its range", async () => {
    const says = async (recovery: { from: number; to: number; lost: string[] }) =>
      (await verify(logOf(6, { 5: { class: "log", pub: { recovery } } }))).findings.map(
        ({ detail }) => detail,
      );
    expect(await says({ from: 2, to: 9, lost: [] })).toEqual([
      "entry 5 states a recovery of what was not there: 2 to 9",
    ]);
    expect(await says({ from: 4, to: 2, lost: [] })).toHaveLength(1);
    const [within] = await says({ from: 2, to: 5, lost: [`entry:${fixtureId(3)}`, "entry:none"] });
    expect(within).not.toContain("it names");
    const [outside] = await says({ from: 2, to: 5, lost: [`entry:${fixtureId(1)}`] });
    expect(outside).toContain(`it names entry:${fixtureId(1)}, which is not among those entries`);
  });

  it("says whether the old log's key signed the checkpoint that a new log begins with, where that key is trusted", async () => {
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
    expect(await says(OURS.logSeed, [oldKey])).toContain("that log's key signed the checkpoint it names");
    expect(await says(operator(2).logSeed, [oldKey])).toContain("did not sign the checkpoint");
    expect(await says(OURS.logSeed, [])).toContain("no key of that log is trusted here");
  });

  it.each([
    ["a new origin that is not entry 0", 2, "old.example.test", { from: 4, to: 9 }],
    ["a log that claims to follow itself", 0, FIXTURE_LOG, { from: 4, to: 9 }],
    ["more lost than there was", 0, "old.example.test", { from: 4, to: 10 }],
  ])("does not take %s", async (_, at, origin, range) => {
    const old = checkpointNote(OURS, draft(OURS, 9, []).leaves).replaceAll(FIXTURE_LOG, origin);
    const recovery = { origin, checkpoint: old, lost: range };
    const report = await verify(logOf(4, { [at]: { class: "log", pub: { recovery } } }));
    expect(report.findings).toMatchObject([
      { class: "lost", detail: expect.stringContaining("no form that is known") },
    ]);
  });
});

describe("the tail that no checkpoint covers", () => {
  const later = (oldest_at: string) => ({ manifest: { later: { count: 3, oldest_at } } });

  it("is a note with entries and age within the merge delay, and a finding beyond it", async () => {
    const young = await verify(logOf(4, {}), later("2026-11-24T14:59:01.000000Z"));
    expect(young.verdict).toBe("verified");
    expect(young.notes.find((note) => note.class === "later entries")).toMatchObject({
      count: 3,
      detail: expect.stringContaining("59 s"),
    });
    expect(classes(await verify(logOf(4, {}), later("2026-11-24T14:58:59.000000Z")))).toEqual([
      "unanchored tail",
    ]);
  });
});

describe("witnesses", () => {
  const seeds = [31, 32].map((fill) => new Uint8Array(32).fill(fill));
  const names = ["w1.example.test", "w2.example.test"];
  const vkeys = seeds.map((seed, at) => cosignerVkey(names[at] ?? "", ed25519PublicKey(seed)));
  const [first = "", second = ""] = vkeys;
  const ownVkey = keysOf(OURS).witnesses[0]?.vkey ?? "";

  function bundleWith(count: number): Uint8Array {
    const clean = draft(OURS, 4, [4]);
    const note = clean.checkpoints[0] ?? "";
    const text = note.slice(0, note.indexOf("\n\n") + 1);
    const lines = seeds
      .slice(0, count)
      .map((seed, at) => `${cosignatureLine(names[at] ?? "", seed, text, 1_795_000_100)}\n`);
    return layOut({ ...clean, checkpoints: [note + lines.join("")] }, OURS);
  }

  const rule = (more: Partial<Policy>) => ({
    policy: Policy.parse({ ...keysOf(OURS), witnesses: [], ...more }),
  });
  const both = [{ vkey: first }, { vkey: second }];
  const withOwn = [...both, { vkey: ownVkey, kind: "own" as const }];

  it.each<[string, number, Partial<Policy>, boolean]>([
    ["two of two", 2, { witnesses: both, quorum: 2 }, true],
    ["one of two where two are needed", 1, { witnesses: both, quorum: 2 }, false],
    ["ours in place of an independent one", 1, { witnesses: withOwn, quorum: 2 }, false],
    ["one independent and ours, both asked for", 1, { witnesses: withOwn, quorum: 1, own_quorum: 1 }, true],
    ["two of ours", 2, { witnesses: withOwn, quorum: 1, own_quorum: 2 }, false],
    ["the same key named twice", 1, { witnesses: [{ vkey: first }, { vkey: first }], quorum: 2 }, false],
    ["a policy that names only ours, as before", 0, { witnesses: withOwn.slice(2), quorum: 1 }, true],
    [
      "a log key named as a witness",
      0,
      { witnesses: [{ vkey: keysOf(OURS).log[0] ?? "" }], quorum: 1 },
      false,
    ],
  ])("count for %s", async (_, count, policy, isMet) => {
    const report = await verifyBundle(bundleWith(count), rule(policy));
    expect(report.verdict).toBe(isMet ? "verified" : "wrong");
    if (!isMet) expect(classes(report)).toEqual(["keys"]);
  });

  it("that are ours alone make a log self-witnessed, and none make it unwitnessed", async () => {
    const own = await verifyBundle(bundleWith(0), rule({ witnesses: withOwn }));
    expect([own.witnessed, noted(own)]).toEqual([0, expect.arrayContaining(["self-witnessed"])]);
    expect(noted(await verifyBundle(bundleWith(0), rule({})))).toContain("unwitnessed");
    expect((await verifyBundle(bundleWith(1), rule({ witnesses: withOwn }))).witnessed).toBe(1);
  });
});

describe("a witness's time", () => {
  const EXPORTED = Date.parse("2026-11-24T15:00:00Z") / 1000;
  const clean = draft(OURS, 4, [2, 4]);

  /** The newest checkpoint cosigned at a time, a clock reading, and the notes about witnesses' clocks. */
  async function told(seconds: number, nowSeconds?: number, receipt?: Parameters<typeof verifyBundle>[1]) {
    const [first = "", last = ""] = clean.checkpoints;
    const text = last.slice(0, last.indexOf("\n\n") + 1);
    const own = signNote(text, [{ name: FIXTURE_LOG, seed: OURS.logSeed }]);
    const note = `${own}${cosignatureLine(`${FIXTURE_LOG}/witness`, OURS.witnessSeed, text, seconds)}\n`;
    const bundle = layOut({ ...clean, checkpoints: [first, note] }, OURS);
    const now = nowSeconds === undefined ? {} : { nowMicros: BigInt(nowSeconds) * 1_000_000n };
    return verifyBundle(bundle, { policy: POLICY, ...now, ...receipt });
  }
  const words = (report: Report) =>
    report.notes.filter((note) => note.class === "witness time").map(({ detail }) => detail);

  it("later than the export or than the checker's clock, beyond what clocks differ by, is told of", async () => {
    expect(words(await told(EXPORTED + 300, EXPORTED))).toEqual([]);
    expect(words(await told(EXPORTED + 301))).toEqual([
      "1 checkpoint is cosigned at a time later than the export, the latest at 2026-11-24T15:05:01Z",
    ]);
    expect(words(await told(EXPORTED - 1, EXPORTED - 400))).toEqual([
      "1 checkpoint is cosigned at a time later than the clock here, the latest at 2026-11-24T14:59:59Z",
    ]);
    expect(words(await told(2 ** 53 - 1))[0]).toContain("9007199254740991 s after 1970");
  });

  it("that the checker's clock has not reached breaks no promise of a receipt", async () => {
    const { bytes } = fixtureEntry(900);
    const leafHash = entryLeaf(bytes);
    const integrateBy = "2026-11-24T15:30:00.000000Z";
    const signature = signReceipt(OURS.receiptSeed, {
      log: FIXTURE_LOG,
      entryId: fixtureId(900),
      leafHash,
      integrateBy,
    });
    const receipt = {
      log: FIXTURE_LOG,
      entry: toBase64url(bytes),
      entry_id: fixtureId(900),
      leaf_hash: toBase64url(leafHash),
      integrate_by: integrateBy,
      signature,
    };
    const future = await told(EXPORTED + 90_000, EXPORTED, { receipts: [receipt] });
    expect([future.verdict, noted(future)]).toEqual([
      "verified",
      expect.arrayContaining(["receipt not due"]),
    ]);
    expect(classes(await told(EXPORTED + 90_000, EXPORTED + 90_000, { receipts: [receipt] }))).toEqual([
      "missing leaf",
    ]);
  });
});

describe("time stamps", () => {
  const clean = draft(OURS, 4, [2, 4]);
  const stamps = (list: { size: number; token: string }[]) => ({
    ...clean,
    texts: { "timestamps.json": canonicalJson(list) },
  });
  const bundle = layOut(stamps([{ size: 4, token: "AAAA" }]), OURS);
  const policy = { ...POLICY, time_stamp: ["certificate"] };

  it("are held against the imprint of the checkpoint and named with time and authority", async () => {
    const imprints: Uint8Array[] = [];
    const report = await verifyBundle(bundle, {
      policy,
      verifyTimeStamp: ({ imprint }) => {
        imprints.push(imprint);
        return { at: "2026-11-24T14:50:00Z", by: "Test Authority" };
      },
    });
    expect(imprints).toEqual([imprintOf(clean.checkpoints[1] ?? "", FIXTURE_LOG)]);
    expect(report.notes.find((note) => note.class === "time stamp")?.detail).toContain(
      "time-stamped at 2026-11-24T14:50:00Z by Test Authority",
    );
  });

  it("that stand there again are refused before they are verified", async () => {
    let count = 0;
    const verifyTimeStamp = () => {
      count += 1;
      return { at: "2026-11-24T14:50:00Z", by: "Test Authority" };
    };
    const list = Array.from({ length: 60 }, () => ({ size: 4, token: "AAAA" }));
    const report = await verifyBundle(layOut(stamps(list), OURS), { policy, verifyTimeStamp });
    expect([count, report.verdict]).toEqual([1, "wrong"]);
    expect(report.findings[0]?.detail).toContain("does not come after the one for 4");
  });

  it("that do not hold, or stamp no checkpoint of the bundle, are findings; unchecked ones are counted", async () => {
    const refuse = () => {
      throw new FormatError("format.proof", "the imprint is another one");
    };
    expect(classes(await verifyBundle(bundle, { policy, verifyTimeStamp: refuse }))).toEqual(["time stamp"]);
    const stray = layOut(stamps([{ size: 3, token: "AAAA" }]), OURS);
    expect(classes(await verifyBundle(stray, { policy: POLICY }))).toEqual(["time stamp"]);
    const unchecked = await verifyBundle(bundle, { policy: POLICY, verifyTimeStamp: refuse });
    expect([unchecked.verdict, noted(unchecked)]).toEqual([
      "verified",
      expect.arrayContaining(["time stamps unchecked"]),
    ]);
  });
});

describe("receipts", () => {
  const clean = draft(OURS, 4, [4]);
  const bundle = layOut(clean, OURS);

  function receiptOf(at: number, more: { by?: string; seed?: Uint8Array; log?: string } = {}) {
    const { bytes } = fixtureEntry(at);
    const leafHash = entryLeaf(bytes);
    const integrateBy = more.by ?? "2026-11-24T14:46:00.000000Z";
    const claims = { log: more.log ?? FIXTURE_LOG, entryId: fixtureId(at), leafHash, integrateBy };
    return {
      log: claims.log,
      entry: toBase64url(bytes),
      entry_id: claims.entryId,
      leaf_hash: toBase64url(leafHash),
      integrate_by: integrateBy,
      signature: signReceipt(more.seed ?? OURS.receiptSeed, claims),
    };
  }

  const held = (receipt: ReturnType<typeof receiptOf>, by = bundle) =>
    verifyBundle(by, { policy: POLICY, receipts: [receipt] });

  it("are proven to be included, by the number of their leaf", async () => {
    // Another seal of the same entry is another entry: the receipt must be of the one in the log.
    const { bytes } = clean.entries[2] ?? fixtureEntry(2);
    const leafHash = entryLeaf(bytes);
    const claims = {
      log: FIXTURE_LOG,
      entryId: fixtureId(2),
      leafHash,
      integrateBy: "2026-11-24T14:46:00.000000Z",
    };
    const receipt = {
      ...receiptOf(2),
      entry: toBase64url(bytes),
      leaf_hash: toBase64url(leafHash),
      signature: signReceipt(OURS.receiptSeed, claims),
    };
    const report = await held(receipt);
    expect(report.verdict).toBe("verified");
    expect(report.notes.find((note) => note.class === "receipt")?.count).toBe(2);
  });

  it("show the promise broken when its time is past and the leaf is absent", async () => {
    const report = await held(receiptOf(900));
    expect(report.findings).toMatchObject([
      { class: "missing leaf", detail: expect.stringContaining("the promise is broken") },
    ]);
  });

  it("show it broken by a witness's time, though the exporter dates his export early", async () => {
    const early = layOut(
      { ...clean, manifest: { exported_at: "2026-11-24T14:45:30.000000Z", later: { count: 0 } } },
      OURS,
    );
    // The fixture's witness cosigned at 1795000000, 18 Nov 2026.
    const report = await held(receiptOf(900, { by: "2026-11-18T11:06:39.000000Z" }), early);
    expect(classes(report)).toContain("missing leaf");
  });

  it("are not due while nothing shows that their time is past", async () => {
    const report = await held(receiptOf(900, { by: "2026-11-24T15:00:00.000001Z" }));
    expect([report.verdict, noted(report)]).toEqual([
      "verified",
      expect.arrayContaining(["receipt not due"]),
    ]);
  });

  it("that are forged, foreign or of another entry are named as such", async () => {
    expect((await held(receiptOf(1, { seed: operator(2).receiptSeed }))).findings[0]?.detail).toContain(
      "no trusted receipt key",
    );
    expect((await held(receiptOf(1, { log: "other.example.test" }))).findings[0]?.detail).toContain(
      "of the log other.example.test",
    );
    const swapped = { ...receiptOf(900), entry: receiptOf(901).entry };
    expect((await held(swapped)).findings[0]?.detail).toContain("does not give its leaf");
    const other = await held(receiptOf(1));
    expect(other.findings).toMatchObject([{ class: "content mismatch", seq: 1 }]);
    const short = { ...receiptOf(900), leaf_hash: toBase64url(new Uint8Array(31)) };
    expect((await held(short)).verdict).toBe("wrong");
  });
});
