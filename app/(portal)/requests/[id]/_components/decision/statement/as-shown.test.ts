import { describe, expect, it, test } from "vitest";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";
import { isAsShown, isReleaseAsShown, type ShownDecision } from "./as-shown";

const ID = "01a00000-0000-7000-8000-000000000001";
const ORDER_ID = "01a00000-0000-7000-8000-0000000000ff";
const TX = ["01a00000-0000-7000-8000-00000000000a", "01a00000-0000-7000-8000-00000000000b"];

const SHOWN: ShownDecision = {
  decision: "approve",
  request: {
    id: ID,
    purpose: "audit",
    requester: { handle: "regulator-001", name: "Ines Weber", organisation: "Settlement Markets Authority" },
    authorization: {
      id: ORDER_ID,
      state: "legal_review",
      kind: "court_order",
      issuer: "Landgericht Berlin",
      jurisdiction: "DE",
      case_number: "18 O 1/26",
      valid_from: "2026-11-01T00:00:00Z",
      valid_until: "2026-12-24T00:00:00Z",
      record_digest: "a".repeat(43),
      assurance: "none",
      verification: "not verified",
    },
  },
  review: {
    stage: "legal",
    remaining: {
      transactions: TX,
      fields: ["amount", "pricing"],
      level: "full",
      not_before: "2026-11-24T00:00:00Z",
      not_after: "2026-12-24T00:00:00Z",
      max_views: 20,
      max_exports: 5,
    },
  },
  granted: {
    transactions: TX,
    fields: ["amount", "pricing"],
    notAfter: "2026-12-24T00:00:00Z",
    maxViews: 20,
  },
};

const STATEMENT = {
  log: "sealport.test/log",
  request: ID,
  request_digest: "d",
  stage: "legal",
  decision: "approve",
  transactions: [...TX].reverse(),
  groups: ["pricing", "amount"],
  level: "full",
  purpose: "audit",
  requester: "regulator-001",
  approver: "coordinator-001:legal",
  authorization: "a".repeat(43),
  not_before: "2026-11-24T00:00:00Z",
  not_after: "2026-12-24T00:00:00Z",
  max_views: 20,
  nonce: "n",
} satisfies Parameters<typeof isAsShown>[0];

describe("a decision's statement", () => {
  it("is signed if it matches the page, in any order, and not for longer", () => {
    expect(isAsShown(STATEMENT, SHOWN)).toBe(true);
    expect(isAsShown({ ...STATEMENT, not_after: "2026-12-23T23:59:00Z" }, SHOWN)).toBe(true);
  });

  it.each([
    ["another request", { request: "01a00000-0000-7000-8000-000000000002" }],
    ["another requester", { requester: "auditor-001" }],
    ["another legal authority", { authorization: "b".repeat(43) }],
    ["no legal authority", { authorization: undefined }],
    ["another purpose", { purpose: "compliance" }],
    ["the other stage", { stage: "coordinator" }],
    ["the other decision", { decision: "deny" }],
    ["one transaction more", { transactions: [...TX, "01a00000-0000-7000-8000-00000000000c"] }],
    ["one transaction less", { transactions: TX.slice(1) }],
    ["one group more", { groups: ["amount", "pricing", "parties"] }],
    ["another level", { level: "masked" }],
    ["a later end", { not_after: "2026-12-24T00:00:01Z" }],
    ["more views", { max_views: 21 }],
  ] as const)("with %s is not signed", (_what, part) => {
    const other: unknown = { ...STATEMENT, ...part };
    expect(isAsShown(other as typeof STATEMENT, SHOWN)).toBe(false);
  });

  it("of a denial must be one for this request and stage", () => {
    const denied = { ...STATEMENT, decision: "deny" as const, transactions: [], groups: [] };
    expect(isAsShown(denied, { ...SHOWN, decision: "deny" })).toBe(true);
    expect(isAsShown({ ...denied, stage: "coordinator" }, { ...SHOWN, decision: "deny" })).toBe(false);
    expect(isAsShown(STATEMENT, { ...SHOWN, decision: "deny" })).toBe(false);
    const authorization = { withheld: true } as RequestView["authorization"];
    const blind = { ...SHOWN, request: { ...SHOWN.request, authorization } };
    expect(isAsShown(denied, { ...blind, decision: "deny" })).toBe(true);
    expect(isAsShown(STATEMENT, blind)).toBe(false);
  });
});

const REQUEST = {
  id: "r",
  digest: "d",
  requester: { handle: "regulator-001", name: "R", organisation: "A" },
  purpose: "audit",
  authorization: { record_digest: "a" },
  level: "full",
  max_views: 20,
  transactions: ["t1", "t2"],
  fields: ["pricing", "amount"],
} as unknown as RequestView;

const RELEASE: ReleaseStatement = {
  log: "log",
  request: "r",
  request_digest: "d",
  transactions: ["t1", "t2"],
  groups: ["amount", "pricing"],
  level: "full",
  purpose: "audit",
  requester: "regulator-001",
  authorization: "a",
  not_before: "2026-11-27T00:00:00Z",
  not_after: "2026-11-28T00:00:00Z",
  max_views: 20,
  nonce: "n",
  releaser: "executive",
};

test("a release whose terms match the page is signed, in any order of its lists", () => {
  expect(isReleaseAsShown(RELEASE, REQUEST, "executive")).toBe(true);
});

test.each([
  ["another request", { request: "other" }],
  ["another record", { request_digest: "other" }],
  ["another transaction", { transactions: ["t1", "t3"] }],
  ["one transaction more", { transactions: ["t1", "t2", "t3"] }],
  ["more fields", { groups: ["amount", "narrative", "pricing"] }],
  ["another level", { level: "masked" }],
  ["another purpose", { purpose: "compliance" }],
  ["another requester", { requester: "regulator-002" }],
  ["another legal authority", { authorization: "other" }],
  ["more views", { max_views: 21 }],
  ["another signer", { releaser: "other" }],
] as const)("a release with %s is not signed", (_what, change) => {
  expect(isReleaseAsShown({ ...RELEASE, ...change } as ReleaseStatement, REQUEST, "executive")).toBe(false);
});
