import { asSuperuser } from "@/e2e/support/admin";
import { readDemo } from "@/e2e/support/api";
import { canaries, newTransaction } from "@/e2e/support/steps";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { type Call, call, endCalls } from "./call";
import { compareLoad, type Figure } from "./measure";

const BUDGETS = JSON.stringify({ reads: 1_000_000, writes: 1_000_000, open: 1_000_000 });
const AT_ONCE = [1, 16];
const COUNTED_CALLS = 100;
const BASELINE = "authenticated 404";
type Calls = Readonly<Record<"nothing" | "post" | "view" | "open", () => Promise<string>>>;

/** Returns the calls that are measured; `nothing` passes the whole wrapper (key, budget, answer) and does no work. */
async function callsOf(instance: RunningInstance): Promise<Calls> {
  const keyOf = (participant: string) => {
    const found = readDemo(instance.dataDir).accounts.find(
      (account) => account.participant_id === participant,
    );
    if (!found) throw new Error(`no demonstration account ${participant}`);
    return found.api_key;
  };
  const [client, miner] = [keyOf("client-456"), keyOf("miner-789")];
  const body = newTransaction(canaries());
  const path = "/confidential/transactions";
  const send =
    (what: Omit<Call, "status">, status = 200) =>
    () =>
      call(instance.baseUrl, { ...what, status });
  const post = send({ method: "POST", path, apiKey: client, body }, 201);
  const id = String(JSON.parse(await post()).transaction_id);
  return {
    nothing: send({ method: "GET", path: "/confidential/nothing", apiKey: client }, 404),
    post,
    view: send({ method: "GET", path: `${path}/${id}`, apiKey: client }),
    open: send({
      method: "POST",
      path: `${path}/${id}/access`,
      apiKey: miner,
      body: { purpose: "settlement" },
    }),
  };
}

async function loadFigures(calls: Calls): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const writers of AT_ONCE) {
    const about = { suite: "http", baseline: BASELINE, writers, total: writers === 1 ? 50 : 200 };
    figures.push(...(await compareLoad({ ...about, name: "POST transactions" }, calls.post, calls.nothing)));
    figures.push(...(await compareLoad({ ...about, name: "open as a party" }, calls.open, calls.nothing)));
  }
  return figures;
}

/** What one call costs the database; each transaction names its tenant once. */
const COUNTED = {
  "database statements": "NOT (is_check OR is_tenant OR is_control)",
  transactions: "is_tenant",
  "look-ups by triggers": "is_check",
} as const;

/**
 * Returns the counts without BEGIN, SET and COMMIT: pg_stat_statements counts a utility statement once, but not when its prepared form runs
 * again. There are three in a transaction: BEGIN, its mode and tenant in one, COMMIT.
 */
async function countsOf(dataDir: string): Promise<number[]> {
  const sums = Object.values(COUNTED).map(
    (which) => `coalesce(sum(calls) FILTER (WHERE ${which}), 0)::float8`,
  );
  const { rows } = await asSuperuser(dataDir, (client) =>
    client.query<{ counts: number[] }>(
      `SELECT ARRAY[${sums.join(", ")}] AS counts
         FROM (SELECT s.calls, s.query LIKE 'NOT EXISTS%' AS is_check, s.query LIKE 'SET LOCAL sealport.tenant_id%' AS is_tenant,
                      s.query ~ '^(BEGIN|SET|COMMIT|ROLLBACK)' AS is_control
                 FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
                WHERE r.rolname = 'sealport_app_login') counted`,
    ),
  );
  return rows[0]?.counts ?? [];
}

async function statementFigures(instance: RunningInstance, calls: Calls): Promise<Figure[]> {
  await asSuperuser(instance.dataDir, (client) =>
    client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"),
  );
  const figures: Figure[] = [];
  for (const [call, one] of Object.entries(calls)) {
    for (let warm = 0; warm < 5; warm += 1) await one();
    const before = await countsOf(instance.dataDir);
    for (let count = 0; count < COUNTED_CALLS; count += 1) await one();
    const after = await countsOf(instance.dataDir);
    for (const [index, what] of Object.keys(COUNTED).entries()) {
      const ratio = ((after[index] ?? Number.NaN) - (before[index] ?? 0)) / COUNTED_CALLS;
      figures.push({
        suite: "http",
        name: `${call}: ${what}`,
        baseline: "request",
        ratio,
        operationMicros: 0,
        baselineMicros: 0,
      });
    }
  }
  return figures;
}

/** Runs the measured instance twice: unchanged for the times, then with the server's own statement counter. */
export async function benchHttp(): Promise<Figure[]> {
  const first = await startInstance({ env: { RATE_BUDGETS: BUDGETS } });
  let counted: RunningInstance | undefined;
  try {
    const figures = await loadFigures(await callsOf(first));
    await asSuperuser(first.dataDir, (client) =>
      client.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"),
    );
    await first.end();
    counted = await startInstance({ dataDir: first.dataDir, env: { RATE_BUDGETS: BUDGETS } });
    return [...figures, ...(await statementFigures(counted, await callsOf(counted)))];
  } finally {
    await counted?.stop();
    await first.stop();
    endCalls();
  }
}
