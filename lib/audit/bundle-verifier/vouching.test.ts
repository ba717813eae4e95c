import { describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { cosignatureLine, cosignerVkey, signNote } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { signReceipt } from "@/lib/crypto/receipt";
import { entryLeaf } from "../entry/entry";
import { draft, FIXTURE_LOG, fixtureEntry, fixtureId, keysOf, layOut, operator } from "./bundle-fixture";
import { Policy } from "./claims/bundle-format";
import { classes, logOf, noted, OURS, POLICY, verify } from "./history-fixture";
import { describeReport } from "./report/describe-report";
import type { Report } from "./report/report";
import { imprintOf } from "./tree/check-tree";
import { verifyBundle } from "./verify-bundle";

describe("the tail that no checkpoint covers", () => {
  const later = (oldest_at: string) => ({ manifest: { later: { count: 3, oldest_at } } });

  it("a tail within the merge delay is a note with entries and age, and a finding beyond it", async () => {
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

  it("a tail of a closed log is a note however old it is, because no checkpoint will cover it", async () => {
    const { manifest } = later("2026-11-20T00:00:00.000000Z");
    const closed = { ...manifest, export_entry: fixtureId(99), recorded_in: `${FIXTURE_LOG}/2` };
    const report = await verify(logOf(4, {}), { manifest: closed });
    expect([report.verdict, classes(report)]).toEqual(["verified", []]);
    expect(report.notes).toContainEqual({
      class: "later entries",
      count: 3,
      detail:
        "3 entries were not covered by a checkpoint when this log was closed, and no checkpoint will ever cover them",
    });
  });
});

describe("cosignatures of witnesses", () => {
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
  ])("cosignatures count correctly for %s", async (_, count, policy, isMet) => {
    const report = await verifyBundle(bundleWith(count), rule(policy));
    expect(report.verdict).toBe(isMet ? "verified" : "wrong");
    if (!isMet) expect(classes(report)).toEqual(["keys"]);
  });

  it("only own witnesses make a log self-witnessed, and no witnesses make it unwitnessed", async () => {
    const own = await verifyBundle(bundleWith(0), rule({ witnesses: withOwn }));
    expect([own.witnessed, own.selfWitnessed, noted(own)]).toEqual([
      0,
      1,
      expect.arrayContaining(["self-witnessed"]),
    ]);
    expect(describeReport(own)).toContain(
      "checkpoints: 1 trusted, 0 of them witnessed independently, 1 self-witnessed (by the operator's own witnesses only)",
    );
    expect(noted(await verifyBundle(bundleWith(0), rule({})))).toContain("unwitnessed");
    const independent = await verifyBundle(bundleWith(1), rule({ witnesses: withOwn }));
    expect([independent.witnessed, independent.selfWitnessed]).toEqual([1, 0]);
  });
});

describe("a witness's time", () => {
  const EXPORTED = Date.parse("2026-11-24T15:00:00Z") / 1000;
  const clean = draft(OURS, 4, [2, 4]);

  /** The newest checkpoint cosigned at a time, a clock reading, and the notes about witnesses' clocks. */
  async function seen(seconds: number, nowSeconds?: number, receipt?: Parameters<typeof verifyBundle>[1]) {
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

  it("a time beyond the tolerance after the export or the checker's clock is noted", async () => {
    expect(words(await seen(EXPORTED + 300, EXPORTED))).toEqual([]);
    expect(words(await seen(EXPORTED + 301))).toEqual([
      "1 checkpoint is cosigned at a time later than the export, the latest at 2026-11-24T15:05:01Z",
    ]);
    expect(words(await seen(EXPORTED - 1, EXPORTED - 400))).toEqual([
      "1 checkpoint is cosigned at a time later than the time of this computer, the latest at 2026-11-24T14:59:59Z",
    ]);
    expect(words(await seen(2 ** 53 - 1))[0]).toContain("9007199254740991 s after 1970");
  });

  it("a time later than the checker's clock breaks no promise of a receipt", async () => {
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
    const future = await seen(EXPORTED + 90_000, EXPORTED, { receipts: [{ receipt }] });
    expect([future.verdict, noted(future)]).toEqual([
      "verified",
      expect.arrayContaining(["receipt not due"]),
    ]);
    expect(classes(await seen(EXPORTED + 90_000, EXPORTED + 90_000, { receipts: [{ receipt }] }))).toEqual([
      "missing leaf",
    ]);
  });
});

describe("time stamps in a bundle", () => {
  const clean = draft(OURS, 4, [2, 4]);
  const stamps = (list: { size: number; token: string }[]) => ({
    ...clean,
    texts: { "timestamps.json": canonicalJson(list) },
  });
  const bundle = layOut(stamps([{ size: 4, token: "AAAA" }]), OURS);
  const policy = { ...POLICY, time_stamp: ["certificate"] };

  it("a time stamp is checked with the imprint of the checkpoint and named with time and authority", async () => {
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

  it("repeated time stamps are refused before they are verified", async () => {
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

  it("time stamps that are invalid or stamp no checkpoint of the bundle are findings; unchecked ones are counted", async () => {
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

describe("receipts checked with a bundle", () => {
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
    verifyBundle(by, { policy: POLICY, receipts: [{ receipt }] });

  it("a receipt's inclusion is proven by the number of its leaf", async () => {
    // Another seal of the same entry is another entry. The receipt must be for the one in the log.
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

  it("a receipt's promise is broken when its time is over and the leaf is absent", async () => {
    const report = await held(receiptOf(900));
    expect(report.findings).toMatchObject([
      { class: "missing leaf", detail: expect.stringContaining("the promise is broken") },
    ]);
  });

  it("a witness's time shows a broken promise, though the exporter dates the export early", async () => {
    const early = layOut(
      { ...clean, manifest: { exported_at: "2026-11-24T14:45:30.000000Z", later: { count: 0 } } },
      OURS,
    );
    // The fixture's witness cosigned at 1795000000, 18 Nov 2026.
    const report = await held(receiptOf(900, { by: "2026-11-18T11:06:39.000000Z" }), early);
    expect(classes(report)).toContain("missing leaf");
  });

  it("a receipt is not due while nothing shows that its time is over", async () => {
    const report = await held(receiptOf(900, { by: "2026-11-24T15:00:00.000001Z" }));
    expect([report.verdict, noted(report)]).toEqual([
      "verified",
      expect.arrayContaining(["receipt not due"]),
    ]);
  });

  const KEY = /log\.example\.test\/sealport\/receipt\+[0-9a-f]{8}/.source;
  const result = async (receipt: ReturnType<typeof receiptOf>) => {
    const report = await verifyBundle(bundle, { policy: POLICY, receipts: [{ file: "r.json", receipt }] });
    return { ...report.receipts[0], classes: classes(report) };
  };

  it("a receipt by another key or for another log is named as such, with file, entry and key", async () => {
    const forged = await result(receiptOf(1, { seed: operator(2).receiptSeed }));
    expect(forged).toMatchObject({ is: "foreign", file: "r.json", seq: 1, classes: ["receipt"] });
    expect(forged.detail).toMatch(
      new RegExp(
        `^r\\.json: the receipt for entry 1 \\(${fixtureId(1)}\\) is signed by another key, ${KEY}, which the policy does not name as a receipt key$`,
      ),
    );
    expect(await result(receiptOf(1, { log: "other.example.test" }))).toMatchObject({
      is: "foreign",
      detail: `r.json: the receipt is of the log other.example.test, but the bundle is of the log ${FIXTURE_LOG}`,
    });
  });

  it.each<[string, Partial<ReturnType<typeof receiptOf>>, RegExp]>([
    [
      "leaf_hash",
      { leaf_hash: toBase64url(new Uint8Array(32).fill(9)) },
      /is valid only for another leaf_hash, which the receipt's own entry gives$/,
    ],
    [
      "leaf_hash of 31 bytes",
      { leaf_hash: toBase64url(new Uint8Array(31)) },
      /is valid only for another leaf_hash/,
    ],
    ["entry_id", { entry_id: fixtureId(2) }, /is valid only for another entry_id/],
    [
      "integrate_by",
      { integrate_by: "2026-11-24T14:47:00.000900Z" },
      /is valid only for another integrate_by/,
    ],
    [
      "entry",
      { entry: receiptOf(901).entry },
      /its signature is valid, but the entry in the receipt does not give the leaf/,
    ],
    ["signature", { signature: "nonsense" }, /its signature is not a signature line$/],
    [
      "two members",
      { integrate_by: "2026-11-24T14:47:00.000900Z", entry_id: fixtureId(2) },
      new RegExp(`the signature of ${KEY} is not valid for it$`),
    ],
  ])(
    "a receipt altered in %s is named as changed, and not as signed by another key",
    async (_, change, pattern) => {
      const receipt = { ...receiptOf(900, { by: "2026-11-24T14:46:00.000900Z" }), ...change };
      const seen = await result(receipt);
      expect(seen).toMatchObject({ is: "changed", classes: ["receipt"] });
      expect(seen.detail).toMatch(/^r\.json: the receipt for entry .* was changed after it was signed: /);
      expect(seen.detail).toMatch(pattern);
    },
  );

  it("receipts never blame the log for what others wrote into the bundle", async () => {
    const THEIRS = operator(2);
    const due = "2026-11-24T15:30:00.000000Z";
    const seen = async (by: Uint8Array, receipt: ReturnType<typeof receiptOf>) => {
      const { verdict, receipts, findings } = await held(receipt, by);
      return [verdict, receipts[0]?.is, findings.some(({ about }) => about === "promise")];
    };
    // A manifest that no trusted key signed, dated ahead, over the log's own tree.
    const ahead = { exported_at: "2026-11-24T16:00:00.000000Z", later: { count: 0 } };
    expect(await seen(layOut({ ...clean, manifest: ahead }, THEIRS), receiptOf(900, { by: due }))).toEqual([
      "wrong",
      "open",
      false,
    ]);
    // A different log with the same name and ids, and one entry exchanged with its leaf.
    expect(await seen(layOut(draft(THEIRS, 4, [4]), THEIRS), receiptOf(2))).toEqual([
      "wrong",
      "unsigned",
      false,
    ]);
    const entries = clean.entries.map((entry, seq) => (seq === 2 ? fixtureEntry(2) : entry));
    const leaves = entries.map(({ bytes }) => entryLeaf(bytes));
    const exchanged = layOut({ ...clean, entries, leaves }, THEIRS);
    expect(await seen(exchanged, receiptOf(2))).toEqual(["wrong", "unsigned", false]);
    // If an entry's bytes do not give its leaf, its id does not count.
    const renamed = clean.entries.map((entry, seq) => (seq === 1 ? fixtureEntry(900) : entry));
    expect(await seen(layOut({ ...clean, entries: renamed }, OURS), receiptOf(900, { by: due }))).toEqual([
      "wrong",
      "open",
      false,
    ]);
    // Leaves were cut off, and the checkpoint over all of them stayed.
    const six = draft(OURS, 6, [4, 6]);
    const cut = { ...six, entries: six.entries.slice(0, 4), leaves: six.leaves.slice(0, 4) };
    expect(await seen(layOut(cut, THEIRS), receiptOf(5))).toEqual(["wrong", "open", false]);
  });

  it("a receipt's promise is broken where another entry has its entry's place", async () => {
    expect(await result(receiptOf(1))).toMatchObject({
      is: "broken",
      seq: 1,
      classes: ["content mismatch"],
      detail: expect.stringContaining("r.json: entry 1 is not the promised entry"),
    });
  });
});
