import { describe, expect, it } from "vitest";
import { Manifest } from "../claims/bundle-format";
import { Findings } from "../report/report";
import { Coverage } from "./coverage";
import { Ranges } from "./ranges";

/** The gaps where every second number of the first ones is withheld and a pruning explains the others. */
function everySecond(count: number): Coverage {
  const size = count * 2;
  const withheld = new Ranges(count);
  for (let at = 0; at < count; at += 1) withheld.add(at * 2);
  const manifest = Manifest.parse({
    v: 1,
    log: "log.example.test/sealport",
    exported_at: "2026-11-24T12:00:00.000000Z",
    export_entry: "01936f2a-7c1b-7def-8a10-000000000000",
    range: { from: 0, to: size + 1 },
    filter: {},
    complete: true,
    withheld: [],
    withheld_file: { count, ranges: count },
    count: 1,
    size: size + 1,
    later: { count: 0 },
    files: [],
    pruned: { minimum: size, entry: "01936f2a-7c1b-7def-8a10-000000000000" },
  });
  const coverage = new Coverage(manifest, withheld, new Findings());
  coverage.take(size);
  coverage.finish();
  return coverage;
}

describe("pruned numbers in a range", () => {
  it("the first pruned number in a range is returned, or none", () => {
    const coverage = everySecond(3);
    expect(coverage.pruned).toBe(3);
    const asked = [
      [0, 1],
      [0, 2],
      [1, 2],
      [2, 3],
      [2, 9],
      [4, 5],
      [5, 6],
      [6, 9],
      [3, 3],
    ] as const;
    const found = asked.map(([from, to]) => coverage.prunedWithin(from, to));
    expect(found).toEqual([undefined, 1, 1, undefined, 3, undefined, 5, undefined, undefined]);
  });

  it("the lookup is fast: a bundle can name ten thousand ranges, and as many gaps as withheld numbers", () => {
    const coverage = everySecond(2_000_000);
    let found = 0;
    for (let at = 0; at < 10_000; at += 1) if (coverage.prunedWithin(0, 0) !== undefined) found += 1;
    expect([coverage.pruned, found]).toEqual([2_000_000, 0]);
  });
});
