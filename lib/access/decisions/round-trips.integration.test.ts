import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { fileRequest } from "@/lib/access/requests/file-request";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewRequest } from "@/lib/access/requests/schema";
import { listEvents } from "@/lib/audit/reading/list-events";
import { EventQuery } from "@/lib/audit/schema";
import {
  approvalOf,
  createRequestBench,
  ensureChecked,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { countStatements } from "@/lib/testing/contracts/count-statements";

// A round trip costs both sides more than most statements, so calls send together what belongs together. Authentication
// is one more. A new case takes three for its key.

let bench: RequestBench;
let id: string;

beforeAll(async () => {
  bench = await createRequestBench();
  id = await submittedRequest(bench);
  await ensureChecked(bench, id);
}, 120_000);
afterAll(() => bench?.close());

const filing = () =>
  fileRequest(
    bench.regulator,
    NewRequest.parse({
      purpose: "audit",
      justification: "Examination",
      transactions: [bench.txId],
      fields: ["amount"],
    }),
  );

it.each([
  ["a request's view", 4, () => getRequest(bench.legal, id)],
  ["a filing", 10, filing],
  ["a decision", 13, () => decideRequest(bench.legal, id, approvalOf("legal"))],
  ["the list of events", 4, () => listEvents(bench.legal, EventQuery.parse({}))],
] as const)("%s takes at most %d round trips", async (_name, most, call) => {
  const { roundTrips, texts } = await countStatements(call);
  expect(texts.length).toBeGreaterThan(3);
  expect(roundTrips, texts.join("\n")).toBeLessThanOrEqual(most);
});
