import { setTimeout as sleep } from "node:timers/promises";
import { Logger, type Runner, run, runMigrations } from "graphile-worker";
import { Client, Pool } from "pg";
import { urlFor } from "@/lib/db/bootstrap-roles";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { shareOf } from "./load/play-load";
import type { Figure } from "./measure";

// graphile-worker against loops over rows as lib/jobs runs them (docs/adr/0057): jobs a second, time to the first
// statement of a job, statements at rest, and when work of a killed process goes on.
const JOBS = Number(process.env.BENCH_JOBS ?? 2_000);
const REST_MS = 10_000;
const SINGLES = 20;
const BATCH = 20;
const TABLE = `CREATE TABLE IF NOT EXISTS bench_work (id bigserial PRIMARY KEY, status text NOT NULL DEFAULT 'waiting',
  attempts int NOT NULL DEFAULT 0, lease_until timestamptz, made_at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE INDEX IF NOT EXISTS bench_work_due ON bench_work (id) WHERE status = 'waiting'`;

/** One way to run background work. */
interface Way {
  readonly name: string;
  add(count: number): Promise<void>;
  /** Runs jobs until `stop`; `did` is called in each of them. */
  start(did: () => void): Promise<{ stop(): Promise<void> }>;
}

function graphile(pool: Pool): Way {
  return {
    name: "graphile-worker 0.16.6",
    add: async (count) => {
      await pool.query(
        "SELECT graphile_worker.add_job('work', json_build_object('at', n)) FROM generate_series(1, $1::int) n",
        [count],
      );
    },
    start: async (did) => {
      const runner: Runner = await run({
        ...{ pgPool: pool, concurrency: 4, noHandleSignals: true, crontab: "" },
        // A line for each job would be measured too.
        logger: new Logger(() => () => undefined),
        taskList: { work: async () => did() },
      });
      return { stop: () => runner.stop() };
    },
  };
}

/** The pass of lib/notify/deliveries: a batch is claimed under a lease, each job is settled by a statement of its own. */
function loops(pool: Pool, periodMs: number): Way {
  const claim = `UPDATE bench_work SET attempts = attempts + 1, lease_until = now() + interval '30 s' WHERE id IN
    (SELECT id FROM bench_work WHERE status = 'waiting' AND (lease_until IS NULL OR lease_until < now())
     ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) RETURNING id`;
  return {
    name: `loops, a pass every ${periodMs} ms`,
    add: async (count) => {
      await pool.query("INSERT INTO bench_work (status) SELECT 'waiting' FROM generate_series(1, $1::int)", [
        count,
      ]);
    },
    start: async (did) => {
      const stop = new AbortController();
      const loop = async (): Promise<void> => {
        while (!stop.signal.aborted) {
          const { rows } = await pool.query(claim);
          await Promise.all(
            rows.map(async ({ id }) => {
              did();
              await pool.query("UPDATE bench_work SET status = 'done', lease_until = NULL WHERE id = $1", [
                id,
              ]);
            }),
          );
          if (rows.length === 0)
            await sleep(periodMs, undefined, { signal: stop.signal }).catch(() => undefined);
        }
      };
      const running = loop();
      return {
        stop: async () => {
          stop.abort();
          await running;
        },
      };
    },
  };
}

async function statements(admin: Client): Promise<number> {
  const { rows } = await admin.query(
    "SELECT (xact_commit + xact_rollback)::float AS n FROM pg_stat_database WHERE datname = current_database()",
  );
  return rows[0].n;
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly atRest: number;
}

async function measure(way: Way, admin: Client): Promise<Measured> {
  let done = 0;
  let wake: () => void = () => undefined;
  const until = async (count: number): Promise<void> => {
    while (done < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  await way.add(JOBS);
  const begun = performance.now();
  const running = await way.start(() => {
    done += 1;
    wake();
  });
  await until(JOBS);
  const perSecond = (JOBS / (performance.now() - begun)) * 1_000;
  await sleep(2_500);
  const times: number[] = [];
  for (let at = 0; at < SINGLES; at += 1) {
    await sleep(130 + Math.random() * 900);
    const from = performance.now();
    await way.add(1);
    await until(JOBS + at + 1);
    times.push(performance.now() - from);
  }
  await sleep(3_000);
  const before = await statements(admin);
  await sleep(REST_MS);
  const atRest = ((await statements(admin)) - before - 1) / (REST_MS / 1_000);
  await running.stop();
  return { perSecond, p50: shareOf(times, 0.5), p99: shareOf(times, 0.99), atRest };
}

/** Compares the two mechanisms on one server, one after the other. */
export async function benchJobs(): Promise<Figure[]> {
  const { server, stop } = await startTestServer({ isDurable: true });
  const url = urlFor(server.adminUrl, undefined, server.template);
  const pool = new Pool({ connectionString: url, max: 10 });
  const admin = new Client({ connectionString: url });
  try {
    await admin.connect();
    await admin.query(TABLE);
    await runMigrations({ pgPool: pool });
    const figures: Figure[] = [];
    for (const way of [graphile(pool), loops(pool, 1_000)]) {
      const { perSecond, p50, p99, atRest } = await measure(way, admin);
      console.log(
        `jobs     ${way.name}: ${perSecond.toFixed(0)} jobs/s, begins after ${p50.toFixed(0)} ms (p50), ${p99.toFixed(0)} ms (p99), ${atRest.toFixed(1)} transactions/s at rest`,
      );
      const none = { suite: "jobs", operationMicros: 1e6 / perSecond, baselineMicros: 0 };
      figures.push({ ...none, name: `${way.name}: jobs a second`, baseline: "itself", ratio: perSecond });
    }
    return figures;
  } finally {
    await admin.end();
    await pool.end();
    await stop();
  }
}
