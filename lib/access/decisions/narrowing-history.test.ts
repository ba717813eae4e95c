import { expect, test } from "vitest";
import { narrowingHistory } from "@/lib/access/decisions/narrowing-history";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

const DAY_MS = 86_400_000;
const AT = new Date("2026-11-24T14:00:00Z");
const days = (count: number): Date => new Date(AT.getTime() + count * DAY_MS);

const ROW = {
  transactions: ["t1", "t2", "t3"],
  groups: ["amount", "settlement_details", "parties"] as GroupName[],
  from: undefined,
  until: undefined,
  maxViews: 20,
  maxExports: 5,
};

const STATEMENT: DecisionStatement = {
  log: "log",
  request: "r",
  request_digest: "d",
  stage: "legal",
  decision: "approve",
  transactions: ["t1", "t2", "t3"],
  groups: ["amount", "settlement_details", "parties"],
  level: "full",
  purpose: "audit",
  requester: "a",
  approver: "b",
  not_before: AT.toISOString(),
  not_after: days(30).toISOString(),
  max_views: 20,
  nonce: "n",
};

const approval = (id: string, over: Partial<DecisionStatement> = {}, at: Date = AT) => ({
  id,
  decision: "approve" as const,
  statement: { ...STATEMENT, ...over },
  maxExports: undefined as number | undefined,
  at,
});

const from = (...decisions: readonly ReturnType<typeof approval>[]) => ({
  row: ROW,
  authorization: undefined,
  decisions,
});

test("each approval shows what it took away, without what an earlier one took", () => {
  const taken = narrowingHistory(
    from(
      approval("first", { groups: ["amount", "parties"], not_after: days(10).toISOString() }),
      approval("second", {
        groups: ["amount", "parties"],
        transactions: ["t1", "t3"],
        not_after: days(10).toISOString(),
        max_views: 5,
      }),
    ),
  );
  expect(taken.get("first")).toEqual({
    transactions: [],
    groups: ["settlement_details"],
    end: { before: days(30), after: days(10) },
  });
  expect(taken.get("second")).toEqual({ transactions: ["t2"], groups: [], views: { before: 20, after: 5 } });
});

test("an approval as asked took nothing away, also when its statement was prepared some minutes before", () => {
  const decidedLater = new Date(AT.getTime() + 14 * 60_000);
  expect(
    narrowingHistory(from(approval("first", {}, decidedLater), approval("second", {}, days(2)))).size,
  ).toBe(0);
});

test("a requested end is compared to the second", () => {
  const asked = { ...ROW, until: days(20) };
  const until = (at: Date) => ({ ...from(approval("one", { not_after: at.toISOString() })), row: asked });
  expect(narrowingHistory(until(days(20))).size).toBe(0);
  const earlier = new Date(days(20).getTime() - 1000);
  expect(narrowingHistory(until(earlier)).get("one")?.end).toEqual({ before: days(20), after: earlier });
});

test("a denial and a question took nothing away, and earlier narrowings stay visible", () => {
  const narrowed = approval("first", { groups: ["amount"] });
  const taken = narrowingHistory({
    row: ROW,
    authorization: undefined,
    decisions: [
      narrowed,
      { id: "question", decision: "ask", statement: undefined, maxExports: undefined, at: AT },
      {
        ...{ id: "denial", decision: "deny", statement: { ...STATEMENT, decision: "deny" } },
        maxExports: undefined,
        at: AT,
      },
    ],
  });
  expect([...taken.keys()]).toEqual(["first"]);
  expect(taken.get("first")?.groups).toEqual(["settlement_details", "parties"]);
});

test("exports are shown as they were left, also none, and only for approvals that took some", () => {
  const decisions = [
    { ...approval("first"), maxExports: 3 },
    { ...approval("second"), maxExports: 3 },
    { ...approval("third"), maxExports: 0 },
  ];
  const taken = narrowingHistory({ row: ROW, authorization: undefined, decisions });
  expect(taken.get("first")?.exports).toEqual({ before: 5, after: 3 });
  expect(taken.has("second")).toBe(false);
  expect(taken.get("third")?.exports).toEqual({ before: 3, after: 0 });
});
