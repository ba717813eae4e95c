import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { loadRecords } from "@/lib/testing/benches/load-records";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A call must not read a table whose length grows with the number of records. The server itself counts the rows that sequential scans
// read, so the test needs neither a clock nor the text of a statement.

const RECORDS = 1_500;
const GROWING = [
  "transaction",
  "transaction_participant",
  "transaction_group",
  "transaction_version",
  "wrap",
  "escrow_registration",
  "audit_entry",
  "audit_part",
  "audit_index",
  "audit_leaf",
];

const Made = z.looseObject({ transaction_id: z.string() });

let portal: ServedPortal;
let admin: Client;
let keys: Readonly<Record<"client" | "regulator" | "legal", string>>;
let record: string;

beforeAll(async () => {
  portal = await servePortal({});
  const { bench } = portal;
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  keys = {
    client: await portal.keyFor(bench.client),
    regulator: await portal.keyFor(bench.regulator),
    legal: await portal.keyFor(bench.legal),
  };
  [record] = bench.transactions;
  await loadRecords(admin, record, RECORDS);
  await bench.anchor();
  await admin.query("ANALYZE audit_leaf");
}, 120_000);
afterAll(async () => {
  await admin?.end();
  await portal?.close();
});

async function call(who: keyof typeof keys, method: string, path: string, body?: object): Promise<string> {
  const response = await fetch(new URL(path, portal.url), {
    method,
    headers: { authorization: `Bearer ${keys[who]}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(300);
  return text;
}

const APP = "sealport_app_login";

/** Ends the connections of the database's own programs: only then has the server counted all that they read. */
async function endConnections(): Promise<void> {
  const open = "FROM pg_stat_activity WHERE datname = current_database() AND usename = $1";
  await admin.query(`SELECT pg_terminate_backend(pid) ${open}`, [APP]);
  for (;;) {
    const { rows } = await admin.query<{ open: number }>(`SELECT count(*)::int AS open ${open}`, [APP]);
    if (rows[0]?.open === 0) return;
  }
}

/** Returns how many rows of each growing table the portal has read by sequential scans since the server began to count. */
async function rowsReadThrough(): Promise<ReadonlyMap<string, number>> {
  await endConnections();
  const { rows } = await admin.query<{ relname: string; read: string }>(
    "SELECT relname, seq_tup_read::text AS read FROM pg_stat_user_tables WHERE relname = ANY ($1)",
    [GROWING],
  );
  return new Map(rows.map(({ relname, read }) => [relname, Number(read)]));
}

/** Returns the growing tables that the calls read by a sequential scan, with the number of rows. */
async function scannedBy(calls: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await rowsReadThrough();
  await calls();
  const after = await rowsReadThrough();
  const read = [...after].map(([table, rows]) => [table, rows - (before.get(table) ?? 0)] as const);
  return Object.fromEntries(read.filter(([, rows]) => rows > 0));
}

const RECORDS_PATH = "/confidential/transactions";
const LOG = "/confidential/audit";

/** Returns the body of a new transaction of the client's own. */
const body = () => ({
  job_id: "job-1",
  amount: "1000",
  currency: "EUR",
  pricing: { rate: "5" },
  participants: [portal.bench.client.principal.participantId],
  confidential: true,
});

it.each([
  ["a submission", () => call("client", "POST", RECORDS_PATH, body())],
  ["a transaction", () => call("client", "GET", `${RECORDS_PATH}/${record}`)],
  ["an opening", () => call("client", "POST", `${RECORDS_PATH}/${record}/access`, { purpose: "settlement" })],
  ["the list", () => call("client", "GET", RECORDS_PATH)],
  ["the list of one job", () => call("client", "GET", `${RECORDS_PATH}?job_id=none`)],
  ["the list of one status", () => call("client", "GET", `${RECORDS_PATH}?status=settled`)],
  ["the list of events", () => call("legal", "GET", `${LOG}/events`)],
  [
    "the events of one transaction",
    () => call("legal", "GET", `${LOG}/events?subject=transaction:${record}`),
  ],
  ["a proof", () => call("client", "GET", `${LOG}/events/7/proof`)],
  [
    "a request",
    () =>
      call("regulator", "POST", "/confidential/access/requests", {
        purpose: "audit",
        justification: "Examination",
        transactions: [record],
        fields: ["amount"],
      }),
  ],
  ["the list of requests", () => call("regulator", "GET", "/confidential/access/requests")],
])("%s reads no growing table from one end to the other", async (_name, make) => {
  // PostgreSQL may change to a general plan after five calls on one connection.
  const calls = async () => {
    for (let n = 0; n < 6; n += 1) await make();
  };
  expect(await scannedBy(calls)).toEqual({});
});

it("the test sees a sequential scan", async () => {
  const scanned = await scannedBy(() =>
    portal.bench.cx.db.pool.query("SELECT count(*) FROM wrap WHERE encrypted_key = 'none'"),
  );
  expect(scanned.wrap).toBeGreaterThan(RECORDS);
});

it("a submission after many is a record like the others", async () => {
  const made = Made.parse(JSON.parse(await call("client", "POST", RECORDS_PATH, body())));
  expect(made.transaction_id).toMatch(/^[0-9a-f-]{36}$/);
});
