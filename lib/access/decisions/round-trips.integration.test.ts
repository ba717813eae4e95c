import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { fileRequest } from "@/lib/access/requests/file-request";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewRequest } from "@/lib/access/requests/schema";
import {
  approvalOf,
  createRequestBench,
  ensureChecked,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { countStatements } from "@/lib/testing/contracts/count-statements";

// A round trip costs both sides more than most statements. These calls send together what belongs together.

let bench: RequestBench;

beforeAll(async () => {
  bench = await createRequestBench();
}, 120_000);
afterAll(() => bench?.close());

it("a decision takes few round trips", async () => {
  const id = await submittedRequest(bench);
  await ensureChecked(bench, id);
  for (const [who, stage] of [
    [bench.legal, "legal"],
    [bench.approver, "coordinator"],
  ] as const) {
    const s = await countStatements(() => decideRequest(who, id, approvalOf(stage)));
    console.log(stage, s.texts.length, s.roundTrips, s.texts.map((x) => x.slice(0, 90)).join("\n"));
  }
  const s = await countStatements(() => getRequest(bench.legal, id));
  console.log("view", s.texts.length, s.roundTrips);
  const body = NewRequest.parse({
    purpose: "audit",
    justification: "x",
    transactions: [bench.txId],
    fields: ["amount"],
  });
  const f = await countStatements(() => fileRequest(bench.regulator, body));
  console.log("file", f.texts.length, f.roundTrips, f.texts.map((x) => x.slice(0, 90)).join("\n"));
});
