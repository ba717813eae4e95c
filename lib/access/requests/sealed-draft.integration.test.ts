import { afterAll, beforeAll, expect, it } from "vitest";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { getRequest } from "@/lib/access/requests/request-view";
import { AuthorizationFactsBody } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  draftRequest,
  FACTS,
  newTransaction,
  ORDER_FILE,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";

/** Two filings of one order, one of them marked as sealed: the one submitted first decides. */

let bench: RequestBench;
let lawyer: RequestPerson;
let record: string;
beforeAll(async () => {
  bench = await createRequestBench();
  const client = await bench.person({ role: "client" });
  const { organisationId } = client.principal;
  lawyer = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false, organisationId });
  record = await newTransaction(client);
});
afterAll(() => bench?.close());

const SEALED = { sealed: { basis: "Section 101 of the code", until: FACTS.valid_until } };

async function draft(number: string, more: object = {}): Promise<string> {
  const id = await draftRequest(bench, { transactions: [record] });
  const facts = AuthorizationFactsBody.parse({ ...FACTS, case_number: number, ...more });
  await attachAuthorization(bench.regulator, id, facts, ORDER_FILE);
  return id;
}
const send = (id: string) => submitRequest(bench.regulator, id);

it("a draft that was begun before the sealed filing and submitted after it is sealed with it", async () => {
  const plain = await draft("18 O 71/26");
  await send(await draft("18 O 71/26", SEALED));
  await send(plain);
  expect(await outcomeOf(getRequest(lawyer, plain))).toBe("request-file.not-found");
});

it("notice that was sent stays visible when a sealed draft that was begun before it is submitted", async () => {
  const sealed = await draft("18 O 72/26", SEALED);
  const plain = await draft("18 O 72/26");
  await send(plain);
  expect(await outcomeOf(getRequest(lawyer, plain))).toBe("done");
  await send(sealed);
  expect(await outcomeOf(getRequest(lawyer, plain))).toBe("done");
  expect(await outcomeOf(getRequest(lawyer, sealed))).toBe("request-file.not-found");
});
