import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepAuthorizations } from "@/lib/access/deadlines/keep-authorizations";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { getRequest } from "@/lib/access/requests/request-view";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

const DAY_MS = 86_400_000;
const pdf = (mark: string) => ({
  ...ORDER_FILE,
  bytes: utf8(`%PDF-1.4\n% ${mark}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n`),
});

let bench: RequestBench;
let signer: OrderSigner;
let n = 0;

/** Facts of an order that no other test has. */
const factsOf = (more: object = {}) => {
  n += 1;
  return AuthorizationFactsBody.parse({ ...FACTS, case_number: `${n} O ${n}/26`, ...more });
};
type Facts = ReturnType<typeof factsOf>;

const at = (ms: number) => {
  const { clock, ...rest } = { ...bench.cx, system: "portal", logger: bench.regulator.logger };
  const now = () => new Date(clock.nowMs() + ms);
  return { ...rest, clock: { ...clock, now, nowMs: () => now().getTime() } };
};
/** Updates all states, as of this many milliseconds from now. */
async function keep(ms = 0): Promise<void> {
  await keepRequests(at(ms));
  await keepAuthorizations(at(ms));
}

async function attached(facts: Facts, who: RequestPerson = bench.regulator, mark = `${n}`): Promise<string> {
  const id = await draftRequest(bench, { who });
  await attachAuthorization(who, id, facts, pdf(mark));
  return id;
}
async function submitted(facts: Facts, who: RequestPerson = bench.regulator): Promise<string> {
  const id = await attached(facts, who);
  await submitRequest(who, id);
  return id;
}
async function granted(facts: Facts) {
  const id = await submitted(facts);
  await ensureChecked(bench, id);
  const { issuer, case_number, valid_from, valid_until } = facts;
  const confirms = { confirms: { issuer, case_number, valid_from, valid_until } };
  await decideRequest(bench.legal, id, approvalOf("legal", confirms));
  const { grant_id: grantId = "" } = await decideRequest(
    bench.approver,
    id,
    approvalOf("coordinator", confirms),
  );
  return { id, grantId };
}
const open = (grant_id: string) =>
  openTransaction(bench.regulator, bench.txId, { purpose: "audit", grant_id, fields: ["amount"] });
const stateOf = async (id: string, who: Context = bench.legal) =>
  (await getRequest(who, id)).authorization?.state;
const owner = (text: string, values: readonly unknown[] = []) => queryOwner(bench, text, values);
async function force(table: string, text: string, values: readonly unknown[]): Promise<void> {
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  await pastTriggers(admin, [table], () => admin.query(text, [...values]));
  await admin.end();
}

beforeAll(async () => {
  bench = await createRequestBench([{ role: "regulator" }]);
  const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
  signer = await createOrderSigner("lg-berlin-7");
  await registerSigner(signer, FACTS, [await keeper(), await keeper()]);
  const { tenantId, organisationId } = bench.regulator.principal;
  await force(
    "agency",
    `UPDATE agency SET email_domains = email_domains || '{Aufsicht.example}' WHERE tenant_id = $1 AND organisation_id = $2`,
    [tenantId, organisationId],
  );
});
afterAll(() => bench?.close());

describe("a legal authority ends by the clock", () => {
  it("a legal authority expires, and is closed with its request, each with its entry", async () => {
    const { id } = await granted(factsOf());
    await keep();
    expect(await stateOf(id)).toBe("active");
    await keep(21 * DAY_MS);
    expect(await stateOf(id)).toBe("expired");
    await keep(60 * DAY_MS);
    await keep(120 * DAY_MS);
    expect(await stateOf(id)).toBe("closed");
    const { rows } = await owner(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'authorization.end' AND request_id = $1",
      [id],
    );
    expect(rows).toEqual([{ n: 2 }]);
  });

  it("an undecided authority expires too, and is closed when its request ends without a grant", async () => {
    const id = await submitted(factsOf({ valid_until: new Date(Date.now() + 2 * DAY_MS).toISOString() }));
    await keep(3 * DAY_MS);
    expect(await stateOf(id)).toBe("expired");
    const other = await submitted(factsOf());
    await withdrawRequest(bench.regulator, other, "No longer needed.");
    await keep();
    expect(await stateOf(other)).toBe("closed");
  });

  it("a suspended authority stays suspended until its request is closed", async () => {
    const { id } = await granted(factsOf());
    const authority = (await getRequest(bench.legal, id)).authorization?.id ?? "";
    await suspendAuthorization(bench.legal, id, authority, { reason: "Stayed." });
    await keep(21 * DAY_MS);
    expect(await stateOf(id)).toBe("suspended");
    await keep(60 * DAY_MS);
    expect(await stateOf(id)).toBe("closed");
  });
});

describe("a single-use order", () => {
  it("the signed record says single-use, and the grant uses the order up, however the grant ends", async () => {
    const { id, grantId } = await granted(factsOf({ single_use: true }));
    const { authorization } = await getRequest(bench.legal, id);
    expect(authorization).toMatchObject({ single_use: true, state: "active" });
    const { rows } = await owner(
      "SELECT record ->> 'single_use' AS once FROM legal_authorization WHERE id = $1",
      [authorization?.id],
    );
    expect(rows).toEqual([{ once: "true" }]);
    await revokeGrant(bench.legal, grantId, "Over.");
    await keep();
    expect(await stateOf(id)).toBe("exhausted");
  });

  it("a second request is refused, with another spelling, another document or without the mark", async () => {
    const facts = factsOf({ single_use: true });
    const { id, grantId } = await granted(facts);
    const again = (more: object, mark = "another") =>
      outcomeOf(attached(AuthorizationFactsBody.parse({ ...facts, ...more }), bench.regulator, mark));
    expect(await again({})).toBe("authorization.used");
    expect(await again({ single_use: false })).toBe("authorization.used");
    expect(await again({ case_number: `  ${facts.case_number.toLowerCase().replace("/", " - ")}` })).toBe(
      "authorization.used",
    );
    expect(await again({ case_number: "quite another" }, `${n}`)).toBe("authorization.used");
    await open(grantId);
    await keep(120 * DAY_MS);
    await keep(240 * DAY_MS);
    expect(await stateOf(id)).toBe("closed");
    expect(await again({})).toBe("authorization.used");
  });

  it("an order is free again when its request ended without a grant, and of two drafts one is submitted", async () => {
    const facts = factsOf({ single_use: true });
    const [one, two] = [await attached(facts), await attached(facts)];
    const results = await Promise.all([one, two].map((id) => outcomeOf(submitRequest(bench.regulator, id))));
    expect(results.filter((result) => result === "authorization.used")).toHaveLength(1);
    const [won, lost] = results[0] === "authorization.used" ? [two, one] : [one, two];
    await withdrawRequest(bench.regulator, won, undefined);
    await keep();
    expect((await submitRequest(bench.regulator, lost)).state).toBe("stage_1");
  });

  it("opening under its grant spends an order, and one reviewer's act before that does not", async () => {
    const facts = factsOf({ single_use: true });
    const first = await granted(facts);
    const suspend = async (id: string) => {
      const authority = (await getRequest(bench.legal, id)).authorization?.id ?? "";
      await suspendAuthorization(bench.legal, id, authority, { reason: "Stayed." });
    };
    expect(await outcomeOf(attached(facts))).toBe("authorization.used");
    await suspend(first.id);
    const again = await granted(facts);
    expect(await outcomeOf(attached(facts))).toBe("authorization.used");
    // It ends by the clock, and no job frees it again after an opening.
    await open(again.grantId);
    await suspend(again.id);
    await keep(120 * DAY_MS);
    expect(await outcomeOf(attached(facts))).toBe("authorization.used");
    const second = factsOf({ single_use: true });
    const unopened = await granted(second);
    await keep(30 * DAY_MS);
    expect(await stateOf(unopened.id)).toBe("expired");
    expect(await outcomeOf(attached(second))).toBe("done");
  });

  it("another agency learns nothing of an order's use", async () => {
    const facts = factsOf({ single_use: true });
    await granted(facts);
    const [other] = bench.more;
    if (other === undefined) throw new Error("another person expected");
    const id = await attached(facts, other);
    expect((await submitRequest(other, id)).state).toBe("stage_1");
  });

  it("the database enforces single use too", async () => {
    const facts = factsOf({ single_use: true });
    const [id, other] = [await attached(facts), await attached(facts)];
    await submitRequest(bench.regulator, id);
    const move = (request: string, state: string) =>
      owner("UPDATE legal_authorization SET state = $2 WHERE request_id = $1", [request, state]);
    await expect(move(other, "submitted")).rejects.toThrow(/can be used once/);
    const { id: plain } = await granted(factsOf());
    await expect(move(plain, "exhausted")).rejects.toThrow(/single-use order/);
    await expect(move(plain, "draft")).rejects.toThrow(/cannot change from/);
  });
});

describe("a signed order", () => {
  const sign = (facts: Facts, more: Readonly<Record<string, Json>>) => {
    const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
    const { issuer, jurisdiction, kind, case_number, valid_from, valid_until } = facts;
    return signer.sign({
      v: 1,
      aud: bench.place.log,
      ...{ issuer, jurisdiction, kind, case_number },
      valid_from: seconds(valid_from),
      valid_until: seconds(valid_until),
      selector: { transactions: [bench.txId] },
      ...more,
    });
  };
  const attach = async (facts: Facts, more: Readonly<Record<string, Json>>, who: RequestPerson) => {
    const id = await draftRequest(bench, { who });
    const jws = { bytes: utf8(await sign(facts, more)) };
    const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
    const typed = {
      ...facts,
      valid_from: seconds(facts.valid_from),
      valid_until: seconds(facts.valid_until),
    };
    await attachAuthorization(who, id, typed, undefined, jws);
    return id;
  };
  const fault = async (work: Promise<unknown>) => (await refusalOf(work)).extra.fault;

  it("an order that names an agency is valid for that agency only, at each check", async () => {
    const [other] = bench.more;
    if (other === undefined) throw new Error("another person expected");
    const agency = { agency: "aufsicht.example" };
    expect(await fault(attach(factsOf(), agency, other))).toBe("agency");
    expect(await fault(attach(factsOf(), { agency: "elsewhere.example" }, bench.regulator))).toBe("agency");
    const id = await attach(factsOf(), agency, bench.regulator);
    const { organisationId } = bench.regulator.principal;
    const set = (domain: string) =>
      force("agency", "UPDATE agency SET email_domains = ARRAY[$2] WHERE organisation_id = $1", [
        organisationId,
        domain,
      ]);
    await set("renamed.example");
    expect(await fault(submitRequest(bench.regulator, id))).toBe("agency");
    await set("aufsicht.example");
    expect((await submitRequest(bench.regulator, id)).state).toBe("stage_1");
    expect((await getRequest(bench.legal, id)).authorization?.reach).toMatchObject(agency);
  });

  it("a single-use order names its agency, and serves one request", async () => {
    const facts = factsOf();
    const once = { single_use: true, agency: "aufsicht.example" };
    expect(await fault(attach(facts, { single_use: true }, bench.regulator))).toBe("no-agency");
    expect(await fault(attach({ ...facts, single_use: false }, once, bench.regulator))).toBe("facts");
    const id = await attach(facts, once, bench.regulator);
    expect((await getRequest(bench.regulator, id)).authorization?.single_use).toBe(true);
    await submitRequest(bench.regulator, id);
    expect(await outcomeOf(attach(facts, once, bench.regulator))).toBe("authorization.used");
    // Another order of the same case is another order.
    const { ...second } = { ...once, max_records: 3 };
    await attach(facts, second, bench.regulator);
  });
});
