import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";

/** How many texts one query may compare in a tenant with filings of many other orders. */

const OTHERS = 300;
let bench: AccessBench;
let owner: Client;
beforeAll(async () => {
  bench = await createAccessBench();
  owner = new Client({ connectionString: bench.database.adminUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await bench?.close();
});

const compared = async (): Promise<number> => {
  const { rows } = await owner.query<{ n: string }>(
    "SELECT pg_stat_get_xact_function_calls('order_text(text)'::regprocedure) AS n",
  );
  return Number(rows[0]?.n ?? 0);
};

async function comparedBy(text: string, value: string): Promise<number> {
  const before = await compared();
  await owner.query(text, [value]);
  return (await compared()) - before;
}

/** Inserts rows in a transaction that is rolled back, without the triggers, which would refuse them. */
async function otherFilings(id: string): Promise<void> {
  await owner.query("SET LOCAL session_replication_role = replica");
  for (const table of ["access_request", "legal_authorization"])
    await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
  await owner.query(
    `WITH others AS (SELECT gen_random_uuid() AS request, n FROM generate_series(1, ${OTHERS}) n),
      requests AS (INSERT INTO access_request SELECT (jsonb_populate_record(r, jsonb_build_object(
        'id', o.request, 'reference', 'R-other-' || o.n))).* FROM access_request r, others o WHERE r.id = $1)
     INSERT INTO legal_authorization SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
       'request_id', o.request, 'document_id', NULL, 'case_number', '99 O ' || o.n || '/26',
       'sealed_until', now() + interval '9 days', 'sealed_basis', 'Section 101'))).*
     FROM legal_authorization a, others o WHERE a.request_id = $1`,
    [id],
  );
  await owner.query("ANALYZE legal_authorization");
}

it("the checks of an order's use and of a request's seal do not compare the filings of every other order", async () => {
  const id = await bench.file({ order: { case_number: "18 O 90/26" } });
  const { rows } = await owner.query("SELECT id FROM legal_authorization WHERE request_id = $1", [id]);
  await owner.query("BEGIN");
  try {
    await owner.query("SET LOCAL track_functions = 'all'");
    await owner.query("SET LOCAL enable_seqscan = off");
    await otherFilings(id);
    const asked: string = rows[0]?.id;
    expect({
      use: (await comparedBy("SELECT order_is_used($1)", asked)) < 20,
      seal: (await comparedBy("SELECT sealed_from($1, now())", id)) < 20,
      list:
        (await comparedBy(
          "SELECT cases_sealed_from(tenant_id, id, now()) FROM app_user WHERE id = $1",
          bench.legal.principal.userId,
        )) < 20,
    }).toEqual({ use: true, seal: true, list: true });
  } finally {
    await owner.query("ROLLBACK");
  }
});
