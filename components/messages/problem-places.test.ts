import { expect, test } from "vitest";
import { fieldReason } from "@/components/messages/field-reasons";
import { placeOf } from "@/components/messages/problem-places";
import { parseSaid } from "@/lib/issue-words";
import { NewTransaction } from "@/lib/transactions/schema";

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
  [{ occurred_at: "yesterday" }, "occurred_at", "time"],
])("what is wrong with %j of a transaction has a place and a reason", (wrong, place, reason) => {
  const result = parseSaid(NewTransaction, { ...BODY, ...wrong });
  const [issue] = result.error?.issues ?? [];
  expect(placeOf(`/${issue?.path.map(String).join("/")}`)).toBe(place);
  expect(fieldReason(issue?.message ?? "").key).toBe(reason);
});

test("a co-viewer who may not view is named by their control, not by a pointer", () => {
  expect(placeOf("/co_viewers/0")).toBe("co_viewers");
  expect(fieldReason("is not an active colleague of your organisation and role").key).toBe("noColleague");
});

test("a limit in the answer is shown", () => {
  expect(fieldReason("names more than 500 transactions")).toEqual({ key: "findsTooMany", count: 500 });
});
