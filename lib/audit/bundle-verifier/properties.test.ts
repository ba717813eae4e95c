import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { readCanonicalZip, writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { entryLeaf } from "../entry/entry";
import {
  checkpointNote,
  type Draft,
  draftOf,
  type FixtureEntry,
  fixtureEntry,
  keysOf,
  layOut,
  operator,
} from "./bundle-fixture";
import { BUNDLE_FILES, Policy } from "./claims/bundle-format";
import { firstBad, type Report } from "./report/report";
import { verifyBundle } from "./verify-bundle";

// Random logs, random faults. The attacker has every file and none of our keys, and recomputes everything possible.

const OURS = operator(1);
const FOREIGN = operator(2);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const RUNS = { numRuns: 40 } as const;

interface RandomLog {
  readonly entries: readonly FixtureEntry[];
  readonly clean: Draft;
}

const CLASSES = ["transaction", "access", "key", "log", "disclosure"] as const;
const randomLog = fc
  .record({
    kinds: fc.array(fc.nat(CLASSES.length - 1), { minLength: 2, maxLength: 24 }),
    cuts: fc.array(fc.nat(22), { maxLength: 4 }),
  })
  .map(({ kinds, cuts }): RandomLog => {
    const entries = kinds.map((kind, at) => fixtureEntry(at, { class: CLASSES[kind] ?? "log" }));
    const sizes = [...new Set([...cuts.map((cut) => 1 + (cut % kinds.length)), kinds.length])];
    return {
      entries,
      clean: draftOf(
        OURS,
        entries,
        sizes.sort((a, b) => a - b),
      ),
    };
  });
const spot = fc.nat(1_000);

/** A bundle with other entries. Without our keys its signatures are the old ones. */
function rebuilt(
  log: RandomLog,
  entries: readonly FixtureEntry[],
  placeLines: readonly string[],
): Uint8Array {
  const leaves = entries.map((entry) => entryLeaf(entry.bytes));
  return layOut({ ...log.clean, entries, leaves, placeLines }, FOREIGN);
}

/** Expects that the first bad number is this one, and that the report shows its neighbours. */
function expectNamed(report: Report, seq: number): void {
  expect(report.verdict).toBe("wrong");
  expect(firstBad(report.findings)).toBe(seq);
  expect(report.findings.some((finding) => finding.seq === seq && finding.after === seq + 1)).toBe(true);
}

/** Without place signatures the report shows the range between two checkpoints with the fault. */
function expectRange(report: Report, seq: number): void {
  expect(report.verdict).toBe("wrong");
  const seen = report.findings.some(({ detail, seq: at }) => {
    const [, from, to] = /leaves (\d+) to (\d+)/.exec(detail) ?? [];
    return (
      (from !== undefined && Number(from) <= seq && seq <= Number(to)) || (at !== undefined && at <= seq)
    );
  });
  expect(seen).toBe(true);
}

const foreignPlaces = (entries: readonly FixtureEntry[]) => draftOf(FOREIGN, entries, []).placeLines;

describe("random logs", () => {
  test("the bundle of any log verifies", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, async (log) => {
        const report = await verifyBundle(layOut(log.clean, OURS), { policy: POLICY });
        expect(report).toMatchObject({ verdict: "verified", findings: [], size: log.entries.length });
      }),
      RUNS,
    );
  });

  test("any single changed byte of any entry's line is found, and its number is named", async () => {
    await fc.assert(
      fc.asyncProperty(
        randomLog,
        spot,
        spot,
        fc.integer({ min: 1, max: 255 }),
        async (log, which, where, flip) => {
          const seq = which % log.entries.length;
          const files = readCanonicalZip(layOut(log.clean, OURS));
          const changed = files.map(({ name, bytes }) => {
            if (name !== BUNDLE_FILES.entries) return { name, bytes };
            const copy = bytes.slice();
            const lines = new TextDecoder("latin1").decode(bytes).split("\n");
            const start = lines.slice(0, seq).reduce((sum, line) => sum + line.length + 1, 0);
            const at = start + (where % (lines[seq]?.length ?? 1));
            // A newline in the middle splits one line into two invalid ones.
            copy[at] = (copy[at] ?? 0) ^ flip;
            return { name, bytes: copy };
          });
          expectNamed(await verifyBundle(writeCanonicalZip(changed), { policy: POLICY }), seq);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("an entry replaced by another, with everything recomputed, is found and named", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, spot, async (log, which) => {
        const seq = which % log.entries.length;
        const entries = log.entries.map((entry, at) => (at === seq ? fixtureEntry(70_000 + at) : entry));
        expectNamed(await verifyBundle(rebuilt(log, entries, log.clean.placeLines), { policy: POLICY }), seq);
        expectRange(
          await verifyBundle(rebuilt(log, entries, foreignPlaces(entries)), { policy: POLICY }),
          seq,
        );
      }),
      RUNS,
    );
  });

  test("a dropped entry is found and named", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, spot, fc.boolean(), async (log, which, withItsLine) => {
        const seq = which % (log.entries.length - 1);
        const entries = log.entries.filter((_, at) => at !== seq);
        const places = log.clean.placeLines.filter((_, at) => !withItsLine || at !== seq);
        const report = await verifyBundle(rebuilt(log, entries, places), { policy: POLICY });
        expectNamed(report, seq);
        expect(report.findings.map((finding) => finding.class)).toContain("missing leaf");
        expectRange(
          await verifyBundle(rebuilt(log, entries, foreignPlaces(entries)), { policy: POLICY }),
          seq,
        );
      }),
      RUNS,
    );
  });

  test("a duplicated entry is found and named", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, spot, async (log, which) => {
        const seq = which % log.entries.length;
        const twice = log.entries.flatMap((entry, at) => (at === seq ? [entry, entry] : [entry]));
        const report = await verifyBundle(rebuilt(log, twice, log.clean.placeLines), { policy: POLICY });
        expectNamed(report, seq + 1);
        expect(report.findings.map((finding) => finding.class)).toContain("repeated id");
      }),
      RUNS,
    );
  });

  test("two exchanged entries are found, and the first of them is named", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, spot, spot, async (log, one, other) => {
        const first = one % (log.entries.length - 1);
        const second = first + 1 + (other % (log.entries.length - 1 - first));
        const moved = <T>(items: readonly T[]): T[] =>
          items.map((item, at) => items[at === first ? second : at === second ? first : at] ?? item);
        const entries = moved(log.entries);
        const report = await verifyBundle(rebuilt(log, entries, log.clean.placeLines), { policy: POLICY });
        expectNamed(report, first);
        expectRange(
          await verifyBundle(rebuilt(log, entries, foreignPlaces(entries)), { policy: POLICY }),
          first,
        );
      }),
      RUNS,
    );
  });

  test("a checkpoint that the checker kept reveals a fork that our own log key signed", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, spot, async (log, which) => {
        const seq = which % log.entries.length;
        const entries = log.entries.map((entry, at) => (at === seq ? fixtureEntry(60_000 + at) : entry));
        const fork = layOut(draftOf(OURS, entries, [entries.length]), OURS);
        expect((await verifyBundle(fork, { policy: POLICY })).verdict).toBe("verified");
        const kept = [checkpointNote(OURS, log.clean.leaves)];
        const report = await verifyBundle(fork, { policy: { ...POLICY, checkpoints: kept } });
        expect(report.verdict).toBe("wrong");
        expect(report.findings.some((finding) => finding.class === "fork")).toBe(true);
      }),
      RUNS,
    );
  });

  test("a checkpoint that the checker kept reveals any cut-off tail", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, spot, async (log, which) => {
        const size = 1 + (which % (log.entries.length - 1));
        const cut = layOut(draftOf(OURS, log.entries.slice(0, size), [size]), OURS);
        const kept = [checkpointNote(OURS, log.clean.leaves)];
        const report = await verifyBundle(cut, { policy: { ...POLICY, checkpoints: kept } });
        // The report says where the bundle ends. It is also true that no entry of an older export is bad.
        expect(report).toMatchObject({
          verdict: "wrong",
          findings: [
            {
              class: "truncation",
              about: "older",
              detail: expect.stringContaining(
                `ends at ${size} leaves, before the checkpoint over ${log.entries.length} leaves`,
              ),
            },
          ],
        });
      }),
      RUNS,
    );
  });

  test("a bundle that is cut anywhere is refused with its reason, without a crash", async () => {
    await fc.assert(
      fc.asyncProperty(randomLog, fc.double({ min: 0, max: 0.999, noNaN: true }), async (log, share) => {
        const bytes = layOut(log.clean, OURS);
        const report = await verifyBundle(bytes.subarray(0, Math.floor(bytes.length * share)), {
          policy: POLICY,
        });
        expect(report.verdict).toBe("wrong");
        expect(report.findings[0]?.class).toBe("container");
        expect(report.findings[0]?.detail).toMatch(/byte \d+/);
        expect(utf8(JSON.stringify(report)).length).toBeLessThan(10_000);
      }),
      RUNS,
    );
  });
});
