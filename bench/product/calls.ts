import { Secret, TOTP } from "otpauth";
import { z } from "zod";
import { type Demo, people, readDemo } from "@/e2e/support/api";
import { accountOf } from "@/e2e/support/sign-in";
import { canaries, confirmsOf, fileRequest, newTransaction, orderFacts, text } from "@/e2e/support/steps";
import type { RunningInstance } from "@/lib/testing/instance/instance";
import { requestBytes, type Sent } from "./kept-connections";
import type { PlainPortal } from "./plain-portal";

const MANY = 1_000_000_000;

/** RATE_BUDGETS of an instance that is measured. */
export const RAISED_BUDGETS = JSON.stringify(
  Object.fromEntries(
    ["reads", "writes", "open", "audit", "decisions", "export", "sign_in", "anonymous"].map((name) => [
      name,
      MANY,
    ]),
  ),
);

/** One call that is measured. */
export interface ProductCall {
  readonly name: string;
  readonly port: number;
  /** The baseline that it is compared with; a baseline has none. */
  readonly baseline?: "base" | "naive";
  /** Prepares this many calls, for acts that each can be done only once. */
  readonly prepare?: (count: number) => Promise<void>;
  /** Returns the next call; undefined when those that were prepared are used. */
  readonly next: () => Sent | undefined;
}

/** A page is called with the cookie of a person who signed in by password and code. */
export async function cookieOf(
  baseUrl: string,
  demo: Demo,
  handle: string,
  send: typeof fetch = fetch,
): Promise<string> {
  const { email, password, totp_secret } = accountOf(handle, demo);
  const jar = new Map<string, string>();
  const keep = (response: Response): Response => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      jar.set(pair.slice(0, pair.indexOf("=")), pair);
    }
    return response;
  };
  const token: unknown = await keep(await send(new URL("/api/auth/csrf", baseUrl))).json();
  const code = TOTP.generate({ secret: Secret.fromBase32(totp_secret) });
  const response = await send(new URL("/api/auth/callback/password", baseUrl), {
    method: "POST",
    headers: { origin: baseUrl, "content-type": "application/json", cookie: [...jar.values()].join("; ") },
    body: JSON.stringify({ ...z.looseObject({}).parse(token), email, password, code }),
  });
  if (!keep(response).ok) throw new Error(`${handle} could not sign in: ${await response.text()}`);
  return [...jar.values()].join("; ");
}

const BODY_BYTES = 1024;

/** Returns a transaction with three groups, of about 1 KiB. */
function recordBody(): string {
  const body = newTransaction(canaries());
  const memo = "m".repeat(Math.max(1, BODY_BYTES - JSON.stringify(body).length));
  return JSON.stringify({ ...body, settlement_details: { ...body.settlement_details, memo } });
}

/** An opening makes two entries, and a page shows fifty. */
const SHOWN_OPENINGS = 25;
const RECORDS = "/confidential/transactions";
const REQUESTS = "/confidential/access/requests";
const JSON_BODY = { "content-type": "application/json" };

/** Decisions by the legal reviewer, each on a request of its own that was filed with an order and submitted. */
function decisions(demo: Demo, txId: string) {
  const prepared: Sent[] = [];
  const { regulator } = people(demo);
  const legal = demo.accounts.find(({ duties }) => duties.includes("legal"))?.api_key ?? "";
  return {
    prepare: async (count: number): Promise<void> => {
      while (prepared.length < count) {
        const facts = orderFacts();
        const id = await fileRequest(regulator, txId, facts);
        const body = JSON.stringify({
          stage: "legal",
          decision: "approve",
          comment: "The order names this transaction",
          confirms: confirmsOf(facts),
        });
        const path = `${REQUESTS}/${id}/decisions`;
        const headers = { ...JSON_BODY, authorization: `Bearer ${legal}` };
        prepared.push({ bytes: requestBytes({ method: "POST", path, headers, body }), status: 200 });
      }
    },
    next: () => prepared.pop(),
  };
}

/** Returns the product's calls, and the baselines if their server is given, on an instance with its demonstration data. */
export async function callsOf(instance: RunningInstance, plain?: PlainPortal): Promise<ProductCall[]> {
  const demo = readDemo(instance.dataDir);
  const port = Number(new URL(instance.baseUrl).port);
  const keyOf = (handle: string) => ({ authorization: `Bearer ${accountOf(handle, demo).api_key}` });
  const [client, miner, regulator, legal] = [
    "client-456",
    "miner-789",
    "regulator-001",
    "coordinator-001:legal",
  ].map(keyOf);
  const body = recordBody();
  const post = (path: string, headers = {}, given: string = body, status = 201): Sent => ({
    bytes: requestBytes({ method: "POST", path, headers: { ...headers, ...JSON_BODY }, body: given }),
    status,
  });
  const get = (path: string, headers = {}): Sent => ({
    bytes: requestBytes({ method: "GET", path, headers }),
    status: 200,
  });
  const same = (sent: Sent) => () => sent;
  const plainCalls = (given: PlainPortal): ProductCall[] =>
    [
      { name: "base", path: "/" },
      { name: "naive", path: "/naive" },
    ].map(({ name, path }) => ({
      name,
      port: given.port,
      next: same(post(path, { authorization: `Bearer ${given.apiKey}` })),
    }));
  const submit = post(RECORDS, client);
  const { client456, miner789, regulator: officer } = people(demo);
  const txId = text(await client456.post(RECORDS, JSON.parse(body)), "transaction_id");
  // A record with a page of entries. The one above gets thousands by the openings that are measured.
  const shownId = text(await client456.post(RECORDS, JSON.parse(body)), "transaction_id");
  for (let opened = 0; opened < SHOWN_OPENINGS; opened += 1)
    await miner789.post(`${RECORDS}/${shownId}/access`, { purpose: "settlement" });
  const filing = {
    purpose: "audit",
    justification: "Examination",
    transactions: [txId],
    fields: ["amount", "pricing"],
  };
  const id = text(await officer.post(REQUESTS, filing), "id");
  const cookie = { cookie: await cookieOf(instance.baseUrl, demo, "regulator-001") };
  const ownCookie = { cookie: await cookieOf(instance.baseUrl, demo, "client-456") };
  const ours = (name: string, next: Sent, baseline: "base" | "naive" = "base"): ProductCall => ({
    name,
    port,
    baseline,
    next: same(next),
  });
  return [
    ...(plain === undefined ? [] : plainCalls(plain)),
    ours("submit", submit, "naive"),
    ours("open", post(`${RECORDS}/${txId}/access`, miner, '{"purpose":"settlement"}', 200)),
    ours("get", get(`${RECORDS}/${txId}`, client)),
    ours("list", get(RECORDS, client)),
    ours("request", post(REQUESTS, regulator, JSON.stringify(filing))),
    { name: "decide", port, baseline: "base", ...decisions(demo, txId) },
    ours("events", get("/confidential/audit/events", legal)),
    ours("list by status", get(`${RECORDS}?status=settled`, client)),
    ours("list by job", get(`${RECORDS}?job_id=none`, client)),
    ours("events of one", get(`/confidential/audit/events?subject=transaction:${shownId}`, legal)),
    ours("proof", get("/confidential/audit/events/7/proof", client)),
    ours("denial", post(`${RECORDS}/${txId}/access`, regulator, '{"purpose":"audit"}', 403)),
    ours("get request", get(`${REQUESTS}/${id}`, regulator)),
    ours("list requests", get(REQUESTS, regulator)),
    ours("checkpoint", get("/confidential/audit/log/checkpoint", client)),
    ours("page home", get("/", cookie)),
    ours("page requests", get("/requests", cookie)),
    ours("page request", get(`/requests/${id}`, cookie)),
    ours("page transactions", get("/transactions", ownCookie)),
    ours("page transaction", get(`/transactions/${txId}`, ownCookie)),
  ];
}
