import { expect, test } from "vitest";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";
import { isReleaseAsShown } from "./release-as-shown";

const request = {
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

const statement: ReleaseStatement = {
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

test("terms that say what is shown are signed, in whatever order their lists are", () => {
  expect(isReleaseAsShown(statement, request, "executive")).toBe(true);
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
  ["another signer", { releaser: "somebody" }],
] as const)("terms for %s are not signed", (_what, change) => {
  expect(isReleaseAsShown({ ...statement, ...change } as ReleaseStatement, request, "executive")).toBe(false);
});
