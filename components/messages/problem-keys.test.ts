import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { CODE_KEYS, fieldReason, placeOf } from "@/components/messages/problem-keys";
import { ERROR_CODES } from "@/lib/errors";
import { NewTransaction } from "@/lib/transactions/schema";

/** Told by the page itself: what the portal makes of an answer without a code, and what nobody expected. */
const OWN = ["service.internal", "unknown"];

test("every problem code has words in the reader's language", () => {
  expect(Object.keys(CODE_KEYS).sort()).toEqual([...Object.keys(ERROR_CODES), ...OWN].sort());
});

test("no words for problems are left over", () => {
  const used = new Set<string>([...Object.values(CODE_KEYS), "role", "duty"]);
  expect(Object.keys(CATALOGUES.en.problem.codes).sort()).toEqual([...used].sort());
});

const BODY = { job_id: "job-1", participants: ["miner-789"] };
test.each([
  [{ currency: "XQQ", amount: "1" }, "currency", "currency"],
  [{ amount: "1,5" }, "amount", "amount"],
  [{ job_id: "" }, "job_id", "missing"],
  [{ job_id: "j".repeat(201) }, "job_id", "tooLong"],
  [{ pricing: { pricing: "1" } }, "pricing", "nameOfGroup"],
  [{ external_references: [{ scheme: "", value: "1" }] }, "external_references", "missing"],
  [{ participants: [] }, "participants", "missing"],
  [{ participants: ["no one"] }, "participants", "unknownParticipant"],
  [{ occurred_at: "yesterday" }, "occurred_at", "form"],
])("what is wrong with %j of a transaction has a place and a reason", (wrong, place, reason) => {
  const result = NewTransaction.safeParse({ ...BODY, ...wrong });
  const [issue] = result.error?.issues ?? [];
  expect(placeOf(`/${issue?.path.map(String).join("/")}`)).toBe(place);
  expect(fieldReason(issue?.message ?? "").key).toBe(reason);
});

test("a limit that the server names is told", () => {
  expect(fieldReason("names more than 500 transactions")).toEqual({ key: "findsTooMany", count: 500 });
});
