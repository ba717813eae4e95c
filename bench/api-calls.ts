import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import type { ServedPortal } from "@/lib/testing/instance/served-portal";
import { type Call, call } from "./call";

/** Records of a batch, entries of an export, and the minimum length of the lists. */
export const MANY = 100;
const NOTHING = "/confidential/bench/nothing";
const BARE = "/confidential/bench/bare";
/** Entries of transactions that are integrated: those from before the measurement. */
const EXPORT = "/confidential/audit/export?action=transaction.create";
const OPENING = { purpose: "settlement" };

/** An operation without any work: the wrapper with nothing inside it. */
const nothing = operation({
  id: "benchNothing",
  method: "GET",
  path: NOTHING,
  summary: "Answers and does nothing.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: z.object({ success: z.boolean() }) },
  rate: "reads",
  action: "bench.nothing",
});

/** What the bench serves in addition to the portal: an operation that does nothing, and the same answer without the wrapper. */
export const BASELINES = {
  [NOTHING]: serve(NOTHING, [bind(nothing, async () => ({ success: true }))]),
  [BARE]: { GET: async () => Response.json({ success: true }) },
};

/** One call that is measured. */
export interface Measured {
  readonly name: string;
  /** How many items one call is about, if its figures are per item. */
  readonly items?: number;
  readonly run: () => Promise<string>;
}

export interface ApiCalls {
  readonly nothing: Measured;
  readonly bare: Measured;
  readonly main: readonly Measured[];
}

/** Fills the log under a signed checkpoint, so that the export and the lists have enough items. */
async function seed(
  { url, bench }: ServedPortal,
  keys: Readonly<Record<"client" | "regulator" | "legal", string>>,
  bodies: Bodies,
): Promise<void> {
  const transactions = Array.from({ length: MANY - bench.transactions.length }, () => bodies.transaction);
  const path = "/confidential/transactions/batch";
  await call(url, { method: "POST", path, apiKey: keys.client, body: { transactions }, status: 200 });
  for (let n = 0; n < MANY; n += 1) {
    const filing = { method: "POST", path: "/confidential/access/requests", apiKey: keys.regulator };
    await call(url, { ...filing, body: bodies.request, status: 201 });
  }
  await bench.anchor();
  const exported = await call(url, { method: "GET", path: EXPORT, apiKey: keys.legal, status: 200 });
  const lines = exported.split("\n").length - 1;
  if (lines !== MANY) throw new Error(`the export has ${lines} entries, not ${MANY}`);
}

type Bodies = ReturnType<typeof bodiesFor>;

function bodiesFor({ client, transactions }: ServedPortal["bench"]) {
  return {
    transaction: {
      job_id: "job-1",
      amount: "1000",
      currency: "EUR",
      pricing: { rate: "5" },
      participants: [client.principal.participantId],
      confidential: true,
    },
    request: {
      purpose: "audit",
      justification: "Examination",
      transactions,
      fields: ["amount", "pricing"],
    },
  };
}

/** Returns the calls over HTTP on a portal with data. Each throws if its answer has another status. */
export async function callsOn(portal: ServedPortal): Promise<ApiCalls> {
  const { url, bench } = portal;
  const client = await portal.keyFor(bench.client);
  const regulator = await portal.keyFor(bench.regulator);
  const legal = await portal.keyFor(bench.legal);
  const bodies = bodiesFor(bench);
  await seed(portal, { client, regulator, legal }, bodies);
  const [txId] = bench.transactions;
  const filed = { method: "POST", path: "/confidential/access/requests", apiKey: regulator };
  const { id } = z
    .object({ id: z.string() })
    .parse(JSON.parse(await call(url, { ...filed, body: bodies.request, status: 201 })));
  const get = (name: string, apiKey: string | undefined, path: string): Measured => {
    const what = { method: "GET", path, status: 200, ...(apiKey === undefined ? {} : { apiKey }) };
    return { name: `GET ${name}`, run: () => call(url, what) };
  };
  const post = (name: string, what: Omit<Call, "method">): Measured => ({
    name: `POST ${name}`,
    run: () => call(url, { method: "POST", ...what }),
  });
  const records = "/confidential/transactions";
  const body = bodies.transaction;
  const batch = { transactions: Array.from({ length: MANY }, () => body) };
  const log = "/confidential/audit";
  const requests = "/confidential/access/requests";
  return {
    nothing: get("no-op", client, NOTHING),
    bare: get("bare route", client, BARE),
    main: [
      get("transaction", client, `${records}/${txId}`),
      get("transactions", client, records),
      post("transaction", { path: records, apiKey: client, body, status: 201 }),
      {
        ...post("batch", { path: `${records}/batch`, apiKey: client, body: batch, status: 200 }),
        items: MANY,
      },
      post("access", { path: `${records}/${txId}/access`, apiKey: client, body: OPENING, status: 200 }),
      get("request", regulator, `${requests}/${id}`),
      get("requests", regulator, requests),
      post("request", { path: requests, apiKey: regulator, body: bodies.request, status: 201 }),
      get("audit events", legal, `${log}/events`),
      get("proof", client, `${log}/events/7/proof`),
      get("checkpoint", client, `${log}/log/checkpoint`),
      get("tile", client, `${log}/log/tile/0/000.p/${MANY}`),
      get(`export of ${MANY} entries`, legal, EXPORT),
      get("status", client, "/confidential/status"),
      get("openapi.json", undefined, "/openapi.json"),
    ],
  };
}
