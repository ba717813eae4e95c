import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody, NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { utf8 } from "@/lib/crypto/bytes";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  type RequestBench,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";

let bench: RequestBench;
let signer: OrderSigner;
beforeAll(async () => {
  bench = await createRequestBench();
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  signer = await createOrderSigner("lg-most");
  await registerSigner(signer, FACTS, [await keeper(), await keeper()]);
  await ensureChecked(bench, await submittedRequest(bench));
});
afterAll(() => bench?.close());

const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
const approve = (stage: string) => NewDecision.parse({ stage, decision: "approve", comment: "As ordered" });
let n = 0;

/** A separate order for at most one record of two. */
async function newOrder() {
  n += 1;
  const { issuer, jurisdiction, kind } = FACTS;
  const facts = {
    ...{ issuer, jurisdiction, kind, case_number: `18 O ${n}/26` },
    valid_from: seconds(FACTS.valid_from),
    valid_until: seconds(FACTS.valid_until),
  };
  const jws = await signer.sign({
    ...{ ...facts, v: 1, aud: bench.place.log, max_records: 1 },
    selector: { transactions: [bench.txId, bench.otherTxId] },
  });
  return { facts: AuthorizationFactsBody.parse(facts), jws: { bytes: utf8(jws) } };
}
type Order = Awaited<ReturnType<typeof newOrder>>;

/** A request for one record on the order, decided by the first decider. */
async function halfway({ facts, jws }: Order, transaction: string): Promise<string> {
  const id = await draftRequest(bench, { transactions: [transaction] });
  await attachAuthorization(bench.regulator, id, facts, undefined, jws);
  await submitRequest(bench.regulator, id);
  await decideRequest(bench.legal, id, approve("legal"));
  return id;
}
const finish = (id: string) => decideRequest(bench.approver, id, approve("coordinator"));

/** docs/formats/orders.md: max_records is "how many records at most". */
describe("an order for one record at most", () => {
  it("two requests one after the other cannot reach two records", async () => {
    const order = await newOrder();
    expect((await finish(await halfway(order, bench.txId))).state).toBe("active");
    expect(await outcomeOf(halfway(order, bench.otherTxId))).toBe("authorization.scope");
    // The same record again does not count as a second one.
    expect((await finish(await halfway(order, bench.txId))).state).toBe("active");
  });

  it("two requests decided at once cannot reach two records", async () => {
    for (let round = 0; round < 3; round += 1) {
      const order = await newOrder();
      const both = [await halfway(order, bench.txId), await halfway(order, bench.otherTxId)];
      const came = await Promise.all(both.map((id) => outcomeOf(finish(id))));
      expect(came.sort()).toEqual(["authorization.scope", "done"]);
    }
  });

  it("a grant that ended with nothing opened reached no record", async () => {
    const order = await newOrder();
    const { grant_id: grantId = "" } = await finish(await halfway(order, bench.txId));
    await revokeGrant(bench.legal, grantId, "The wrong record.");
    expect((await finish(await halfway(order, bench.otherTxId))).state).toBe("active");
  });
});
