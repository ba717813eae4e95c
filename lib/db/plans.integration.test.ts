import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inSnapshot } from "@/lib/db/transaction";
import { readStoredHealth } from "@/lib/http/health/store";
import { loadRecords } from "@/lib/testing/benches/load-records";
import { type ServedPortal, servePortal } from "@/lib/testing/instance/served-portal";

// A call must not read a table whose length grows with the number of records. The server itself counts the rows that
// scans and indexes give, so the test needs neither a clock nor the text of a statement.

const RECORDS = 2_000;
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
  "audit_compartment",
];

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
  // A request, a hold and a person have a compartment each.
  await admin.query(
    `INSERT INTO audit_compartment (id, tenant_id, kind, subject)
       SELECT gen_random_uuid(), t.id, 'case', gen_random_uuid() FROM tenant t, generate_series(1, $1)`,
    [RECORDS],
  );
  await bench.anchor();
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

/**
 * Ends all other connections to the database, the portal's and those of the log's other parts: only then has the server
 * counted all that they read.
 */
async function endConnections(): Promise<void> {
  const open = `FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
                  AND pid <> pg_backend_pid()`;
  await admin.query("SELECT pg_stat_force_next_flush()");
  await admin.query(`SELECT pg_terminate_backend(pid) ${open}`);
  for (;;) {
    const { rows } = await admin.query<{ open: number }>(`SELECT count(*)::int AS open ${open}`);
    if (rows[0]?.open === 0) return;
  }
}

interface Read {
  readonly scanned: number;
  readonly found: number;
}

/** Returns how many rows of each growing table the portal has read so far: by sequential scans, and by indexes. */
async function rowsRead(): Promise<ReadonlyMap<string, Read>> {
  await endConnections();
  const { rows } = await admin.query<{ relname: string; scanned: string; found: string }>(
    `SELECT t.relname, t.seq_tup_read::text AS scanned, coalesce(sum(i.idx_tup_read), 0)::text AS found
     FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i ON i.relid = t.relid
     WHERE t.relname = ANY ($1) GROUP BY t.relid, t.relname, t.seq_tup_read`,
    [GROWING],
  );
  return new Map(
    rows.map(({ relname, scanned, found }) => [relname, { scanned: Number(scanned), found: Number(found) }]),
  );
}

/** Returns what grows with the records: tables that the calls scanned, and those of which an index gave each call as many rows as there are. */
async function growingReads(call: () => Promise<unknown>, times = 1): Promise<string[]> {
  const before = await rowsRead();
  for (let n = 0; n < times; n += 1) await call();
  const after = await rowsRead();
  return [...after].flatMap(([table, { scanned, found }]) => {
    const old = before.get(table) ?? { scanned: 0, found: 0 };
    return [
      ...(scanned > old.scanned ? [`${table}: ${scanned - old.scanned} scanned`] : []),
      ...(found - old.found >= RECORDS * times ? [`${table}: ${found - old.found} by index`] : []),
    ];
  });
}

const RECORDS_PATH = "/confidential/transactions";
const LOG = "/confidential/audit";
const NO_WITNESSES = { own: 0, independent: 0 };

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
  [
    "the health of the instance",
    () => inSnapshot(portal.bench.cx, (tx) => readStoredHealth(tx, portal.bench.place.log, NO_WITNESSES)),
  ],
])("%s reads no growing table from one end to the other", async (_name, make) => {
  // PostgreSQL may change to a general plan after five calls on one connection.
  expect(await growingReads(make, 6)).toEqual([]);
});

it("the list of events reads none of them either before there are statistics", async () => {
  await endConnections();
  await admin.query("DELETE FROM pg_statistic WHERE starelid = ANY ($1::regclass[])", [GROWING]);
  await admin.query("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = ANY ($1::regclass[])", [
    GROWING,
  ]);
  expect(await growingReads(() => call("legal", "GET", `${LOG}/events?waiting=true`))).toEqual([]);
});

it.each([
  ["a sequential scan", "SELECT count(*) FROM wrap WHERE encrypted_key = 'none'", "scanned"],
  ["an index that is read whole", "SELECT count(*) FROM audit_index WHERE at > '2000'", "by index"],
])("the test sees %s", async (_name, text, kind) => {
  const read = await growingReads(async () => {
    const client = await portal.bench.cx.db.pool.connect();
    await client.query("SET enable_seqscan = off");
    await client.query(text);
    client.release(true);
  });
  expect(read).toEqual([expect.stringContaining(kind)]);
});
