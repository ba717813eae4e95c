import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody, NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { utf8 } from "@/lib/crypto/bytes";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  draftRequest,
  FACTS,
  IDENTITY,
  ORDER_FILE,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: RequestBench;
let branch: RequestPerson;
let stranger: RequestPerson;
let signer: OrderSigner;
beforeAll(async () => {
  bench = await createRequestBench([{ role: "regulator" }, { role: "regulator" }]);
  const [other, third] = bench.more;
  if (other === undefined || third === undefined) throw new Error("two more offices expected");
  [branch, stranger] = [other, third];
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  signer = await createOrderSigner("lg-offices");
  await registerSigner(signer, FACTS, [await keeper(), await keeper()]);
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await pastTriggers(admin, ["agency"], () =>
    admin.query(
      "UPDATE agency SET email_domains = email_domains || '{aufsicht.example}' WHERE organisation_id = ANY ($1::uuid[])",
      [[bench.regulator.principal.organisationId, branch.principal.organisationId]],
    ),
  );
  await admin.end();
});
afterAll(() => bench?.close());

const FORM = { issuer: FACTS.issuer, jurisdiction: FACTS.jurisdiction, kind: FACTS.kind };
const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
let n = 0;
/** A separate single-use order for the agency of both offices. */
async function newOrder() {
  n += 1;
  const facts = {
    ...{ ...FORM, case_number: `18 O ${n}/26` },
    valid_from: seconds(FACTS.valid_from),
    valid_until: seconds(FACTS.valid_until),
  };
  const bytes = utf8(
    await signer.sign({
      ...{ ...facts, v: 1, aud: bench.place.log, single_use: true, agency: "aufsicht.example" },
      selector: { transactions: [bench.txId] },
    }),
  );
  return { facts: AuthorizationFactsBody.parse(facts), jws: { bytes } };
}
type Order = Awaited<ReturnType<typeof newOrder>>;

async function attached(who: RequestPerson, { facts, jws }: Order): Promise<string> {
  const id = await draftRequest(bench, { who });
  await attachAuthorization(who, id, facts, undefined, jws);
  return id;
}

async function grantFor(who: RequestPerson, order: Order): Promise<string> {
  const id = await attached(who, order);
  await submitRequest(who, id);
  await checkIdentity(bench.legal, id, IDENTITY);
  const approve = (stage: string) => NewDecision.parse({ stage, decision: "approve", comment: "As ordered" });
  await decideRequest(bench.legal, id, approve("legal"));
  return (await decideRequest(bench.approver, id, approve("coordinator"))).state;
}

/**
 * The order names its agency by a domain, so only that agency may know of its use (ADR 0038). Two offices here have the
 * domain.
 */
describe("a single-use order for an agency with two offices", () => {
  it("the order serves one request in either office", async () => {
    const order = await newOrder();
    expect(await grantFor(bench.regulator, order)).toBe("active");
    expect(await outcomeOf(grantFor(branch, order))).toBe("authorization.used");
  });

  it("the order's print is refused in the other office too", async () => {
    const order = await newOrder();
    expect(await grantFor(bench.regulator, order)).toBe("active");
    const id = await draftRequest(bench, { who: branch });
    const printed = { ...order.facts, valid_from: order.facts.valid_from.slice(0, 10) };
    const print = attachAuthorization(branch, id, printed, ORDER_FILE);
    expect(await outcomeOf(print)).toBe("authorization.used");
  });

  it("two offices that submit at once get one request", async () => {
    for (let round = 0; round < 5; round += 1) {
      const order = await newOrder();
      const sends = [
        { who: bench.regulator, id: await attached(bench.regulator, order) },
        { who: branch, id: await attached(branch, order) },
      ].map(({ who, id }) => outcomeOf(submitRequest(who, id)));
      expect((await Promise.all(sends)).sort()).toEqual(["authorization.used", "done"]);
    }
  });

  it("an office of another agency learns nothing", async () => {
    const order = await newOrder();
    expect(await grantFor(bench.regulator, order)).toBe("active");
    const id = await draftRequest(bench, { who: stranger });
    await attachAuthorization(stranger, id, order.facts, ORDER_FILE);
    expect((await submitRequest(stranger, id)).state).toBe("stage_1");
  });
});
