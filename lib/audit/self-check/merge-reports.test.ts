import { expect, it } from "vitest";
import { mergeReports } from "./merge-reports";
import type { VerificationFinding, VerificationReport } from "./schema";

const REPORT: VerificationReport = {
  verdict: "wrong",
  signer: "agrees",
  entries: 9,
  size: 9,
  checkpoints: 1,
  pruned: 0,
  indexed: 0,
  time_stamps: { checked: 0, unchecked: 0 },
  queue: { count: 0, oldest_at: null },
  findings: [],
  more: 0,
  first_bad: null,
};
const of = (kind: string, seq: number, detail = "x"): VerificationFinding => ({ class: kind, detail, seq });

it("changed bytes that worker and portal both found are reported once, and every other finding is kept", () => {
  const worker = [of("content mismatch", 3), of("reorder", 5), of("part", 6)];
  const portal = [of("content mismatch", 3), of("reorder", 5), of("content mismatch", 4), of("part", 6, "y")];
  const merged = mergeReports(
    { ...REPORT, findings: worker },
    { indexed: 9, findings: [...portal, of("index", 3)], more: 0 },
  );
  expect(merged.findings.map((one) => `${one.class} ${one.seq} ${one.detail}`)).toEqual([
    "content mismatch 3 x",
    "reorder 5 x",
    "part 6 x",
    "content mismatch 4 x",
    "part 6 y",
    "index 3 x",
  ]);
  expect(merged).toMatchObject({ verdict: "wrong", first_bad: 3 });
});
