import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { fileRequest } from "@/lib/access/requests/file-request";
import { NewDecision, NewRequest } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { fixedClock } from "@/lib/clock";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  ensureChecked,
  FACTS,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(() => bench?.close());

const HOUR = 3_600_000;

async function begun(): Promise<string> {
  const body = NewRequest.parse({
    purpose: "audit",
    justification: "Examination of a settlement",
    transactions: [bench.txId],
    fields: ["amount"],
    from: new Date(Date.now() - 20 * HOUR).toISOString(),
  });
  const { id } = await fileRequest(bench.regulator, body);
  await attachAuthorization(bench.regulator, id, FACTS, ORDER_FILE);
  await submitRequest(bench.regulator, id);
  return id;
}
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
const comesTo = async (id: string) =>
  (
    await queryOwner(
      bench,
      "SELECT r.state, g.id FROM access_request r LEFT JOIN access_grant g ON g.request_id = r.id WHERE r.id = $1",
      [id],
    )
  ).rows;

/** An approval that gives nothing is a hidden refusal: it gives no reason, and spends a single-use order. */
describe("an approval with a past end", () => {
  const OVER = [{ pointer: "/until", detail: "is over" }];

  it("the second decider cannot approve until a past moment", async () => {
    const id = await begun();
    await decideRequest(bench.legal, id, approvalOf("legal"));
    const last = decideRequest(bench.approver, id, approvalOf("coordinator", { until: ago(1) }));
    expect(await refusalOf(last)).toMatchObject({ code: "decision.not-narrower", errors: OVER });
    expect(await comesTo(id)).toEqual([{ state: "stage_2", id: null }]);
  });

  it("the first decider cannot approve or prepare it, and a denial is still possible", async () => {
    const id = await begun();
    const body = approvalOf("legal", { until: ago(1) });
    expect(await refusalOf(decideRequest(bench.legal, id, body))).toMatchObject({ errors: OVER });
    expect(await refusalOf(prepareStatement(bench.legal, id, body))).toMatchObject({ errors: OVER });
    expect(await comesTo(id)).toEqual([{ state: "stage_1", id: null }]);
    const deny = NewDecision.parse({ stage: "legal", decision: "deny", comment: "Nothing is left of it." });
    expect((await decideRequest(bench.legal, id, deny)).state).toBe("denied");
  });

  it("what the first decider left can be denied once it is over", async () => {
    const id = await begun();
    const until = new Date(Date.now() + HOUR).toISOString();
    await decideRequest(bench.legal, id, approvalOf("legal", { until }));
    const clock = fixedClock(new Date(Date.now() + 2 * HOUR));
    const late = { ...bench.approver, clock };
    const last = await refusalOf(decideRequest(late, id, approvalOf("coordinator")));
    expect(last.code).toBe("decision.not-narrower");
    const deny = NewDecision.parse({ stage: "coordinator", decision: "deny", comment: "It is over." });
    expect((await decideRequest(late, id, deny)).state).toBe("denied");
  });
});
