import { expect, test } from "vitest";
import type { RequestView, TakenAwayView } from "@/lib/access/requests/answer-schema";
import { leftOf, movesWithApproval, narrowedOf, narrowedTransactions, narrowersOf } from "./narrowed";

type Decision = RequestView["decisions"][number];

function decision(name: string, taken?: TakenAwayView, over: Partial<Decision> = {}): Decision {
  return {
    id: name,
    stage: "legal",
    decision: "approve",
    approver: { handle: name, name, organisation: "O" },
    comment: "",
    narrowed: taken !== undefined,
    ...(taken === undefined ? {} : { taken_away: taken }),
    proof: "passkey",
    at: "2026-11-24T14:00:00.000Z",
    ...over,
  };
}

const asked = (decisions: Decision[]): RequestView => ({
  id: "r",
  reference: "AR-2026-1",
  state: "denied",
  purpose: "audit",
  fields: ["amount", "settlement_details", "parties"],
  level: "full",
  transactions_count: 2,
  requester: { handle: "q", name: "Q", organisation: "A" },
  is_waiting_for_me: false,
  created_at: "",
  updated_at: "",
  version: 1,
  justification: "",
  transactions: ["t1", "t2"],
  jobs: [],
  max_views: 20,
  max_exports: 0,
  first_request: false,
  identity_check: true,
  decisions,
  acts: [],
  approvals: [],
  timeline: [],
});

const LENA = decision("Lena", {
  transactions: ["t2"],
  fields: ["settlement_details"],
  until: { before: "2026-12-24T00:00:00Z", after: "2026-12-10T00:00:00Z" },
});

test("what the first reviewer removed stays visible, also after the second has denied", () => {
  const request = asked([LENA, decision("Jonas", undefined, { stage: "coordinator", decision: "deny" })]);
  expect(leftOf(request)).toEqual({
    transactions: 1,
    fields: ["amount", "parties"],
    until: "2026-12-10T00:00:00Z",
    maxViews: 20,
    maxExports: 0,
  });
  expect(narrowedOf(request)).toHaveLength(1);
  expect(narrowedTransactions(request).get("t2")).toBe("Lena");
});

test("both who narrowed are named, once each, and the newest limits count", () => {
  const jonas = decision("Jonas", {
    transactions: [],
    fields: ["parties"],
    until: { before: "2026-12-10T00:00:00Z", after: "2026-12-01T00:00:00Z" },
    max_views: { before: 20, after: 5 },
  });
  expect(narrowersOf(asked([LENA, jonas]))).toEqual(["Lena", "Jonas"]);
  expect(leftOf(asked([LENA, jonas]))).toEqual({
    transactions: 1,
    fields: ["amount"],
    until: "2026-12-01T00:00:00Z",
    maxViews: 5,
    maxExports: 0,
  });
});

test("a request that was not narrowed has no changes", () => {
  expect(narrowersOf(asked([decision("Lena")]))).toEqual([]);
  expect(leftOf(asked([]))).toMatchObject({ transactions: 2, until: undefined, maxViews: 20 });
});

test("an end counted from the approval is told from one that stays where it is", () => {
  const end = "2026-12-24T14:00:00.000Z";
  const free = asked([]);
  expect(movesWithApproval(free, end)).toBe(true);
  expect(movesWithApproval(free, undefined)).toBe(false);
  expect(movesWithApproval({ ...free, from: "2026-11-24T14:00:00.000Z" }, end)).toBe(false);
  expect(movesWithApproval({ ...free, until: end }, end)).toBe(false);
  const until = { before: end, after: end };
  const shortened = decision("L", { transactions: [], fields: [], until });
  expect(movesWithApproval(asked([shortened]), end)).toBe(false);
});
