import { describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { signReceipt } from "@/lib/crypto/receipt";
import { entryLeaf } from "../entry/entry";
import {
  checkpointNote,
  type Draft,
  draft,
  FIXTURE_LOG,
  type FixtureEntry,
  fixtureEntry,
  keysOf,
  layOut,
  operator,
  placeLine,
} from "./bundle-fixture";
import { Policy } from "./claims/bundle-format";
import type { Report } from "./report/report";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const FOREIGN = operator(2);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const COUNT = 12;
const CLEAN = draft(OURS, COUNT, [1, 3, 7, 12]);

/** Everything that an attacker recomputes around changed entries, with the original signatures, which they cannot make. */
function rebuilt(entries: readonly FixtureEntry[], placeLines: readonly string[]): Draft {
  const leaves = entries.map((entry) => entryLeaf(entry.bytes));
  return { ...CLEAN, entries, leaves, placeLines };
}

/** The same with the attacker's own keys in place of ours everywhere. */
function resigned(entries: readonly FixtureEntry[]): Draft {
  const leaves = entries.map((entry) => entryLeaf(entry.bytes));
  return {
    entries,
    leaves,
    checkpoints: [1, 3, 7, entries.length].map((size) => checkpointNote(FOREIGN, leaves.slice(0, size))),
    placeLines: CLEAN.placeLines,
    keys: keysOf(FOREIGN),
  };
}

function changed(at: number): FixtureEntry[] {
  return CLEAN.entries.map((entry, seq) => (seq === at ? fixtureEntry(90_000 + at) : entry));
}

function without<T>(items: readonly T[], at: number): T[] {
  return items.filter((_, seq) => seq !== at);
}

function swapped<T>(items: readonly T[], a: number, b: number): T[] {
  const out = [...items];
  const [first, second] = [items[a], items[b]];
  if (first !== undefined && second !== undefined) [out[a], out[b]] = [second, first];
  return out;
}

function names(report: Report, of: string, seq: number): boolean {
  return report.findings.some(
    (finding) => finding.class === of && finding.seq === seq && finding.after === seq + 1,
  );
}

describe("an exported bundle", () => {
  it("a bundle verifies under the policy, and is only consistent without one", async () => {
    const bundle = layOut(CLEAN, OURS);
    expect(await verifyBundle(bundle, { policy: POLICY })).toMatchObject({
      verdict: "verified",
      size: COUNT,
      findings: [],
      notes: [
        { class: "later entries", count: 1, detail: "1 entry waits for a checkpoint, the oldest for 1 s" },
        {
          class: "export entry",
          detail: expect.stringContaining("as usual; a newer bundle has it"),
        },
        { class: "self-witnessed" },
      ],
    });
    expect(await verifyBundle(bundle)).toMatchObject({ verdict: "consistent", trust: { source: "bundle" } });
    const foreign = { ...resigned(CLEAN.entries), placeLines: [] };
    expect((await verifyBundle(layOut(foreign, FOREIGN), { policy: POLICY })).verdict).toBe("wrong");
  });

  it("a change of any single byte is found, and the report says where", async () => {
    const bundle = layOut(CLEAN, OURS);
    for (let at = 0; at < bundle.length; at += 1 + (at % 53)) {
      const copy = bundle.slice();
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      const report = await verifyBundle(copy, { policy: POLICY });
      expect(report.verdict, `byte ${at}`).toBe("wrong");
      expect(report.findings[0]?.detail.length).toBeGreaterThan(0);
    }
  });
});

describe.each([
  [
    "without our keys",
    (entries: FixtureEntry[], lines: string[]) => layOut(rebuilt(entries, lines), FOREIGN),
  ],
  [
    "with foreign keys throughout",
    (entries: FixtureEntry[], lines: string[]) =>
      layOut({ ...resigned(entries), placeLines: lines }, FOREIGN),
  ],
] as const)("a bundle rebuilt consistently %s", (_, attack) => {
  const lines = [...CLEAN.placeLines];

  it.each([0, 4, 11])("a bundle rebuilt around changed entry %i names it", async (at) => {
    const report = await verifyBundle(attack(changed(at), lines), { policy: POLICY });
    expect(report.verdict).toBe("wrong");
    expect(names(report, "content mismatch", at)).toBe(true);
  });

  it.each([0, 5, 10])("a bundle rebuilt around dropped entry %i names it", async (at) => {
    for (const kept of [without(lines, at), lines]) {
      const report = await verifyBundle(attack(without(CLEAN.entries, at), kept), { policy: POLICY });
      expect(report.verdict).toBe("wrong");
      expect(names(report, "missing leaf", at)).toBe(true);
    }
  });

  it.each([
    [2, 3],
    [1, 8],
  ])("a bundle rebuilt around exchanged entries %i and %i names the first", async (a, b) => {
    for (const kept of [swapped(lines, a, b), lines]) {
      const report = await verifyBundle(attack(swapped(CLEAN.entries, a, b), kept), { policy: POLICY });
      expect(report.verdict).toBe("wrong");
      expect(names(report, "reorder", a)).toBe(true);
    }
  });
});

it("a repeated id is a finding that names both entries, however well they are signed", async () => {
  const entries = [...CLEAN.entries, fixtureEntry(4)];
  const leaves = entries.map((entry) => entryLeaf(entry.bytes));
  const twice: Draft = {
    ...CLEAN,
    entries,
    leaves,
    checkpoints: [1, 3, 7, 13].map((size) => checkpointNote(OURS, leaves.slice(0, size))),
    placeLines: leaves.map((leaf, seq) => placeLine(OURS, seq, leaf)),
  };
  const report = await verifyBundle(layOut(twice, OURS), { policy: POLICY });
  expect(report.verdict).toBe("wrong");
  expect(report.findings).toHaveLength(1);
  expect(report.findings[0]).toMatchObject({ class: "repeated id", seq: 12 });
  expect(report.findings[0]?.detail).toContain("entries 4 and 12");
});

describe("faults without a single entry", () => {
  it("the fault is narrowed to the checkpoints on either side", async () => {
    const forged = changed(4);
    const lines = forged.map((entry, seq) => placeLine(FOREIGN, seq, entryLeaf(entry.bytes)));
    const report = await verifyBundle(layOut(rebuilt(forged, lines), FOREIGN), { policy: POLICY });
    expect(
      report.findings.some((finding) => finding.class === "fork" && finding.detail.includes("3 to 6")),
    ).toBe(true);
  });

  it("a checkpoint that the checker kept reveals a tail cut off at an earlier checkpoint", async () => {
    const short = draft(OURS, COUNT, [1, 3, 7, 12]);
    const cut: Draft = {
      ...short,
      entries: short.entries.slice(0, 7),
      leaves: short.leaves.slice(0, 7),
      checkpoints: short.checkpoints.slice(0, 3),
      placeLines: short.placeLines.slice(0, 7),
    };
    const bundle = layOut(cut, OURS);
    expect((await verifyBundle(bundle, { policy: POLICY })).verdict).toBe("verified");
    const kept = short.checkpoints.slice(3);
    const report = await verifyBundle(bundle, { policy: { ...POLICY, checkpoints: kept } });
    expect(report.findings).toEqual([
      {
        class: "truncation",
        about: "older",
        detail:
          "this bundle ends at 7 leaves, before the checkpoint over 12 leaves in your policy file: the bundle may be an older export; a log that was cut off looks the same",
      },
    ]);
  });

  it("a promised entry that is not in the tree is missing", async () => {
    const entry = fixtureEntry(777);
    const leafHash = entryLeaf(entry.bytes);
    const claims = {
      log: FIXTURE_LOG,
      entryId: "01936f2a-7c1b-7def-8a10-000000000777",
      leafHash,
      integrateBy: "2026-11-24T14:46:00.000777Z",
    };
    const receipt = {
      log: FIXTURE_LOG,
      entry: toBase64url(entry.bytes),
      entry_id: claims.entryId,
      leaf_hash: toBase64url(leafHash),
      integrate_by: claims.integrateBy,
      signature: signReceipt(OURS.receiptSeed, claims),
    };
    const report = await verifyBundle(layOut(CLEAN, OURS), { policy: POLICY, receipts: [{ receipt }] });
    expect(report.findings.map((finding) => finding.class)).toContain("missing leaf");
  });
});
