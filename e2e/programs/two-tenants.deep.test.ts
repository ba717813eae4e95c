import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLog } from "@/bench/load/verify-log";
import { cookieOf } from "@/bench/product/calls";
import { type Caller, caller, type People, people } from "../support/api";
import { accountOf } from "../support/sign-in";
import { approve, canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";
import { startTwoTenants, type TwoTenants } from "../support/two-tenants";

// Two tenants on one portal process and one database. Their people have the same names and addresses.
const TENANTS = ["own", "harbour"] as const;
type Tenant = (typeof TENANTS)[number];
const otherOf = (tenant: Tenant): Tenant => (tenant === "own" ? "harbour" : "own");

let site: TwoTenants;
let who: Readonly<Record<Tenant, People>>;
beforeAll(async () => {
  site = await startTwoTenants();
  who = { own: people(site.demos.own, site.send), harbour: people(site.demos.harbour, site.send) };
}, 11 * 60_000);
afterAll(() => site?.close());

const originOf = (tenant: Tenant): string => site.demos[tenant].base_url;
const statusOf = async (tenant: Tenant, headers: Record<string, string>): Promise<number> =>
  (await site.send(new URL("/confidential/transactions", originOf(tenant)), { headers })).status;

interface Made {
  readonly transaction: string;
  readonly request: string;
  readonly grant: string;
}

/** A transaction that was disclosed under an order, and the ids of it. */
async function disclosed(of: People): Promise<Made> {
  const submitted = await of.client456.post("/confidential/transactions", newTransaction(canaries()));
  expect(submitted.status, submitted.text).toBe(201);
  const transaction = text(submitted, "transaction_id");
  const facts = orderFacts();
  const request = await fileRequest(of.regulator, transaction, facts);
  const grant = await approve(of, request, facts);
  const path = `/confidential/transactions/${transaction}/audit`;
  const opened = await of.regulator.post(path, { purpose: "audit", grant_id: grant });
  expect(opened.status, opened.text).toBe(200);
  return { transaction, request, grant };
}

let made: Readonly<Record<Tenant, Made>>;
test("each tenant discloses its own record, through its own custodian", async () => {
  made = { own: await disclosed(who.own), harbour: await disclosed(who.harbour) };
});

// Before the next tests: a refused call names the id that its caller asked for.
test.each(TENANTS)("the log of the tenant %s verifies, and shows nothing of the other's", async (tenant) => {
  const { code, output } = await verifyLog(who[tenant].auditor);
  expect(code, output).toBe(0);
  const listed = await who[tenant].auditor.get("/confidential/audit/events?limit=100");
  const foreign = made[otherOf(tenant)];
  expect(listed.text).toContain(made[tenant].transaction);
  for (const id of Object.values(foreign)) expect(listed.text).not.toContain(id);
});

test.each(TENANTS)("people of the tenant %s sign in at its own host name alone", async (tenant) => {
  const handle = "client-456";
  const demo = site.demos[tenant];
  const elsewhere = originOf(otherOf(tenant));
  await expect(cookieOf(elsewhere, demo, handle, site.send)).rejects.toThrow("could not sign in");
  const cookie = await cookieOf(originOf(tenant), demo, handle, site.send);
  const authorization = `Bearer ${accountOf(handle, demo).api_key}`;
  for (const headers of [{ cookie }, { authorization }]) {
    expect(await statusOf(tenant, headers)).toBe(200);
    expect(await statusOf(otherOf(tenant), headers)).toBe(401);
  }
});

test.each(TENANTS)("ids of the tenant %s are unknown at the other", async (tenant) => {
  const { transaction, request, grant } = made[tenant];
  const there = who[otherOf(tenant)];
  const record = `/confidential/transactions/${transaction}`;
  const answers = [
    await there.client456.get(record),
    await there.miner789.post(`${record}/access`, { purpose: "settlement" }),
    await there.regulator.post(`${record}/audit`, { purpose: "audit", grant_id: grant }),
    await there.legal.get(`/confidential/access/requests/${request}`),
    await there.regulator.get(`/confidential/access/grants/${grant}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

/** Two administrators of the first tenant, in sessions that have just begun. */
async function administrators(): Promise<readonly [Caller, Caller]> {
  const session = async (handle: string): Promise<Caller> => {
    const origin = originOf("own");
    const cookie = await cookieOf(origin, site.demos.own, handle, site.send);
    return caller(origin, "", (url, init) => {
      const headers = new Headers(init?.headers);
      headers.delete("authorization");
      for (const [name, value] of Object.entries({ cookie, origin, "sec-fetch-site": "same-origin" }))
        headers.set(name, value);
      return site.send(url, { ...init, headers });
    });
  };
  return [await session("coordinator-001:admin"), await session("coordinator-001:admin-2")];
}

test("a tenant whose keys are sealed opens nothing until two people unseal them, and the other goes on", async () => {
  const [first, second] = await administrators();
  const change = async (state: "sealed" | "open"): Promise<void> => {
    const asked = await first.post("/confidential/admin/seal", { state, reason: "A drill of this test" });
    expect(asked.status, asked.text).toBe(201);
    const agreed = await second.post(`/confidential/agreements/${text(asked, "id")}/agree`);
    expect(agreed.status, agreed.text).toBe(200);
  };
  const open = async (tenant: Tenant) => {
    const path = `/confidential/transactions/${made[tenant].transaction}/access`;
    const { status, json } = await who[tenant].miner789.post(path, { purpose: "settlement" });
    return [status, json.code];
  };
  expect(await open("own")).toEqual([200, undefined]);
  await change("sealed");
  expect(await open("own")).toEqual([503, "service.sealed"]);
  expect(await open("harbour")).toEqual([200, undefined]);
  await change("open");
  await expect.poll(() => open("own")).toEqual([200, undefined]);
});

test("a tenant that was just added serves its set-up, and a host name of no tenant is refused", async () => {
  expect(site.added).toContain("quay is served at quay.test.");
  const link = /https:\/\/quay\.test\/setup\S*/.exec(site.added)?.[0] ?? "";
  expect((await site.send(link)).status).toBe(200);
  const key = accountOf("client-456", site.demos.own).api_key;
  const asked = await caller("https://quay.test", key, site.send).get("/confidential/transactions");
  expect(asked.status).toBe(401);
  const unknown = await caller("https://pier.test", key, site.send).get("/confidential/transactions");
  expect([unknown.status, unknown.json.code]).toEqual([400, "request.malformed"]);
});
