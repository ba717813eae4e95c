import { describe, expect, it } from "vitest";
import { type EscrowRow, escrowWithoutOrder } from "./escrow-without-order";
import { type GrantRow, grantNearCap } from "./grant-near-cap";
import { integrity } from "./integrity";
import { offHoursReads, type ReadRow } from "./off-hours-reads";
import { type DenialRow, denialBurst, selfApproval } from "./refused-acts";
import { DEFAULTS } from "./thresholds";

/** Returns this many rows, numbered from 0. */
const times = <T>(count: number, row: (seq: number) => T): T[] =>
  Array.from({ length: count }, (_, seq) => row(seq));
const seqs = (count: number) => times(count, (seq) => seq);

const THURSDAY = "2026-11-26";
const read = (seq: number, at: string, more: Partial<ReadRow> = {}): ReadRow => ({
  actor: "p-1",
  at: new Date(at),
  seq,
  zone: "Europe/Berlin",
  weekly_hours: null,
  holidays: null,
  ...more,
});

describe("many openings outside office hours", () => {
  const atNight = `${THURSDAY}T22:00:00Z`;
  const judge = (rows: readonly ReadRow[]) => offHoursReads.judge(rows, DEFAULTS);

  it("raise no alert below the threshold, and one at the threshold that lists the entries", () => {
    const rows = times(20, (seq) => read(seq, atNight));
    expect(judge(rows.slice(1))).toEqual([]);
    expect(judge(rows)).toEqual([{ subject: "actor:p-1", entries: seqs(20) }]);
  });

  it("are counted for each person alone, and each entry once", () => {
    const rows = times(19, (seq) => read(seq, atNight));
    expect(judge([...rows, read(30, atNight, { actor: "p-2" })])).toEqual([]);
    expect(judge([...rows, ...rows])).toEqual([]);
  });

  it.each<[string, string, Partial<ReadRow>, boolean]>([
    ["in the last second of the office's day", `${THURSDAY}T15:59:59Z`, {}, false],
    ["when the office has just closed", `${THURSDAY}T16:00:00Z`, {}, true],
    ["when the office opens", `${THURSDAY}T08:00:00Z`, {}, false],
    ["on a Saturday", "2026-11-28T11:00:00Z", {}, true],
    ["on a holiday", `${THURSDAY}T11:00:00Z`, { holidays: `2026-11-25 ${THURSDAY}` }, true],
    ["in the organisation's own night hours", atNight, { weekly_hours: { 4: ["20:00", "24:00"] } }, false],
    ["in an unknown zone", `${THURSDAY}T11:00:00Z`, { zone: "Mars/Base" }, true],
  ])("%s", (_name, at, more, isOff) => {
    expect(judge(times(20, (seq) => read(seq, at, more))).length > 0).toBe(isOff);
  });
});

describe("many refusals", () => {
  const rows: DenialRow[] = times(10, (seq) => ({ actor: "p-1", seq }));
  const judge = (given: readonly DenialRow[]) => denialBurst.judge(given, DEFAULTS);

  it("raise no alert below the threshold, and one at the threshold that lists the entries", () => {
    expect(judge(rows.slice(1))).toEqual([]);
    expect(judge(rows)).toEqual([{ subject: "actor:p-1", entries: seqs(10) }]);
  });

  it("follow the threshold that the tenant set", () => {
    expect(denialBurst.judge(rows.slice(0, 3), { ...DEFAULTS, denials: 3 })).toHaveLength(1);
    expect(denialBurst.judge(rows.slice(0, 2), { ...DEFAULTS, denials: 3 })).toEqual([]);
  });
});

describe("an opening through escrow", () => {
  const FROM = new Date("2026-11-01T00:00:00Z");
  const UNTIL = new Date("2026-12-01T00:00:00Z");
  const opening = (more: Partial<EscrowRow> = {}): EscrowRow => ({
    seq: 7,
    at: new Date("2026-11-15T00:00:00Z"),
    grant: "g-1",
    is_break_glass: false,
    is_dispute: false,
    valid_from: FROM,
    valid_until: UNTIL,
    ...more,
  });
  const without = { valid_from: null, valid_until: null };
  const judge = (row: EscrowRow) => escrowWithoutOrder.judge([row], DEFAULTS);
  const found = [{ subject: "grant:g-1", entries: [7] }];

  it.each<[string, Partial<EscrowRow>, boolean]>([
    ["under an order", {}, false],
    ["at the first moment of its order", { at: FROM }, false],
    ["just before its order", { at: new Date(FROM.getTime() - 1) }, true],
    ["in the last millisecond of its order", { at: new Date(UNTIL.getTime() - 1) }, false],
    ["when its order has just ended", { at: UNTIL }, true],
    ["in an emergency", { ...without, is_break_glass: true }, true],
    ["without any order", without, true],
    ["for a dispute, masked", { ...without, is_dispute: true }, false],
  ])("%s", (_name, more, isFound) => {
    expect(judge(opening(more))).toEqual(isFound ? found : []);
  });

  it("raises an alert about the whole instance if it had no grant", () => {
    expect(judge(opening({ ...without, grant: null }))).toEqual([{ subject: "instance", entries: [7] }]);
  });

  it("raises no alert below the threshold that the tenant set", () => {
    const rows = times(3, (seq) => opening({ ...without, seq }));
    const thresholds = { ...DEFAULTS, unordered_openings: 3 };
    expect(escrowWithoutOrder.judge(rows.slice(1), thresholds)).toEqual([]);
    expect(escrowWithoutOrder.judge(rows, thresholds)).toEqual([{ subject: "grant:g-1", entries: seqs(3) }]);
  });
});

describe("a grant near its cap", () => {
  const grant = (more: Partial<GrantRow> = {}): GrantRow => ({
    grant: "g-1",
    views_used: 0,
    max_views: 20,
    exports_used: 0,
    max_exports: 5,
    seq: 3,
    ...more,
  });
  const judge = (row: GrantRow) => grantNearCap.judge([row], DEFAULTS);

  it("raises no alert below 80 percent, and one at 80 percent of the views or of the exports", () => {
    expect(judge(grant({ views_used: 15 }))).toEqual([]);
    expect(judge(grant({ views_used: 16 }))).toEqual([{ subject: "grant:g-1", entries: [3] }]);
    expect(judge(grant({ exports_used: 3 }))).toEqual([]);
    expect(judge(grant({ exports_used: 4 }))).toHaveLength(1);
  });

  it("counts exactly when the percentage is not a whole number of views", () => {
    expect(judge(grant({ views_used: 5, max_views: 7 }))).toEqual([]);
    expect(judge(grant({ views_used: 6, max_views: 7 }))).toHaveLength(1);
  });

  it("raises no alert if it allows no views", () => {
    expect(judge(grant({ max_exports: 0, views_used: 1 }))).toEqual([]);
  });
});

describe("an attempt to decide on one's own request", () => {
  it("raises an alert, and one on another person's request does not", () => {
    const attempt = (is_own: boolean) => ({ actor: "p-1", seq: 5, is_own });
    expect(selfApproval.judge([attempt(true)], DEFAULTS)).toEqual([{ subject: "actor:p-1", entries: [5] }]);
    expect(selfApproval.judge([attempt(false)], DEFAULTS)).toEqual([]);
    expect(selfApproval.judge([attempt(true)], { ...DEFAULTS, self_approvals: 2 })).toEqual([]);
  });
});

describe("a verification in the log", () => {
  it("raises an alert if it failed, with its number", () => {
    expect(integrity.judge([{ seq: 8, outcome: "done" }], DEFAULTS)).toEqual([]);
    const rows = [
      { seq: 8, outcome: "intent" },
      { seq: 9, outcome: "failed" },
    ];
    expect(integrity.judge(rows, DEFAULTS)).toEqual([{ subject: "instance", entries: [9] }]);
  });
});
