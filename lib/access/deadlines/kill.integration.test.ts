import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";
import type { DeadlinesChildOptions } from "@/lib/testing/children/deadlines-child";
import { scale } from "@/lib/testing/scale";

const REQUESTS = 12;
const PORTALS = 2;
const DAY_MS = 86_400_000;

let bench: AccessBench;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await bench?.close();
});

/** A started portal whose clock runs this many days ahead. */
async function start(days: number): Promise<ChildProcess> {
  const options: DeadlinesChildOptions = {
    keyDir: bench.keyDir,
    databaseUrl: bench.database.appUrl,
    instance: bench.cx.instance,
    aheadMs: days * DAY_MS,
  };
  const args = childArguments("lib/testing/children/deadlines-child.ts", JSON.stringify(options));
  const started = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(started);
  started.once("exit", () => children.delete(started));
  await once(started.stdout, "data");
  return started;
}

async function kill(child: ChildProcess): Promise<void> {
  expect(child.exitCode).toBeNull();
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function count(kind: string, ids: readonly string[]): Promise<number> {
  const text =
    "SELECT count(*)::int AS n FROM request_event WHERE kind = $1 AND request_id = ANY ($2::uuid[])";
  const [row] = (await bench.query(text, [kind, ids])).rows;
  return typeof row === "object" && row !== null ? Number(Reflect.get(row, "n")) : 0;
}

/** Starts two portals on the same work and kills both in the middle of it. */
async function killIn(kind: string, days: number, ids: readonly string[]): Promise<void> {
  const portals = await Promise.all(Array.from({ length: PORTALS }, () => start(days)));
  const somewhere = randomInt(1, REQUESTS);
  await expect
    .poll(() => count(kind, ids), { timeout: 150_000, interval: 2 })
    .toBeGreaterThanOrEqual(somewhere);
  await Promise.all(portals.map(kill));
}

it.each(Array.from({ length: scale("other kills") }, (_, at) => at + 1))(
  "portals killed at work leave every step done once and whole or not at all, and the next portal continues (%i)",
  async () => {
    const ids: string[] = [];
    while (ids.length < REQUESTS) ids.push(await bench.file());
    const steps = [
      ["overdue", 14.1],
      ["escalate", 17.5],
    ] as const;
    for (const [kind, days] of steps) {
      await killIn(kind, days, ids);
      const ms = Date.now() + days * DAY_MS;
      const clock = { ...bench.cx.clock, now: () => new Date(ms), nowMs: () => ms };
      const { logger } = bench.legal;
      while ((await keepRequests({ ...bench.cx, clock, logger, system: "portal" })) > 0);
      const { rows } = await bench.query(
        `SELECT r.id, (SELECT count(*)::int FROM request_event e WHERE e.request_id = r.id AND e.kind = $2) AS seen,
         (SELECT count(*)::int FROM audit_index i WHERE i.request_id = r.id AND i.action = 'request.' || $2) AS entered,
         r.state FROM access_request r WHERE r.id = ANY ($1::uuid[])`,
        [ids, kind],
      );
      expect(rows).toHaveLength(REQUESTS);
      for (const row of rows) expect(row).toMatchObject({ seen: 1, entered: 1, state: "overdue" });
    }
  },
);
