import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registerPending } from "@/lib/escrow/client/registrar";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";
import type { RotationChildOptions } from "@/lib/testing/children/rotation-child";
import { scale } from "@/lib/testing/scale";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

const KILLS = scale("re-wrap kills");
const PORTALS = 3;
const TRANSACTIONS = 40;
const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await bench?.close();
});

const numberOf = async (text: string): Promise<number> =>
  Number((await bench.sequencerPool.query<{ n: string }>(text)).rows[0]?.n ?? 0);

const asPortal = async <T extends object>(text: string): Promise<T[]> => {
  const client = await bench.appPool.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    client.release();
  }
};

/** A portal that has its keys and has started. */
async function start(people: readonly Person[]): Promise<ChildProcess> {
  const options: RotationChildOptions = {
    keyDir: bench.keyDir,
    databaseUrl: bench.database.appUrl,
    custodian: { url: bench.custodianUrl, vkey: bench.escrow.vkey },
    instance: bench.cx.instance,
    participants: people.map(({ principal }) => principal.participantId),
  };
  const args = childArguments("lib/testing/children/rotation-child.ts", JSON.stringify(options));
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  expect(child.exitCode).toBeNull();
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Waits for some more entries, and then for a point between two commits. */
async function untilSomewhere(): Promise<void> {
  const entries = () => numberOf("SELECT count(*) AS n FROM audit_entry");
  const target = (await entries()) + randomInt(1, 150);
  await expect.poll(entries, { timeout: 150_000, interval: 2 }).toBeGreaterThanOrEqual(target);
  for (let looks = randomInt(25); looks > 0; looks -= 1) await numberOf("SELECT 1 AS n");
}

interface Standing {
  participant_id: string;
  active: number;
  versions: number;
  highest: number;
}

/** Checks that each participant has one active version, and each version the rotation that made it. */
async function expectOneActive(people: readonly Person[]): Promise<number> {
  const rows = await asPortal<Standing & { rotations: number }>(
    `SELECT k.participant_id, count(*) FILTER (WHERE k.state = 'active')::int AS active, count(*)::int AS versions,
       max(k.version) AS highest,
       (SELECT count(*)::int FROM key_rotation r WHERE r.participant_id = k.participant_id) AS rotations
     FROM key_version k GROUP BY k.participant_id`,
  );
  expect(rows).toHaveLength(people.length);
  for (const row of rows) {
    expect(row).toMatchObject({ active: 1, highest: row.versions, rotations: row.versions - 1 });
  }
  return rows.reduce((sum, { rotations }) => sum + rotations, 0);
}

/**
 * Checks that each newest generation has one entry for each party and one for the escrow, and older ones have none.
 */
async function expectWholeWraps(people: readonly Person[]): Promise<void> {
  const rows = await asPortal<{ parties: string[]; is_newest: boolean }>(
    `SELECT array_agg(coalesce(w.participant_id, 'escrow') ORDER BY coalesce(w.participant_id, 'escrow')) AS parties,
       w.gen = (SELECT max(g.gen) FROM transaction_group g WHERE g.transaction_id = w.transaction_id AND g.grp = w.grp)
         AS is_newest
     FROM wrap w WHERE w.kind <> 'former' GROUP BY w.transaction_id, w.grp, w.gen`,
  );
  const parties = ["escrow", ...people.map(({ principal }) => principal.participantId)].sort();
  expect(rows).toHaveLength(TRANSACTIONS * 2);
  for (const row of rows) {
    expect([...row.parties].sort()).toEqual(parties);
    expect(row.is_newest).toBe(true);
  }
}

/** Kills working portals until the count is reached; each is replaced. */
async function killMany(people: readonly Person[]): Promise<void> {
  let running = await Promise.all(Array.from({ length: PORTALS }, () => start(people)));
  for (let kills = 0; kills < KILLS; kills += 1) {
    await untilSomewhere();
    const [victim, ...others] = running;
    if (victim === undefined) throw new TypeError("no portal runs");
    const [, fresh] = await Promise.all([kill(victim), start(people)]);
    running = [...others, fresh];
    await expectOneActive(people);
    await expectWholeWraps(people);
  }
  await Promise.all(running.map(kill));
}

it(`${KILLS} kills with -9 of ${PORTALS} portals that rotate both parties at once leave one active version and lose no entry, and all opens`, async () => {
  const people = [await bench.person({ role: "client" }), await bench.person({ role: "miner" })] as const;
  const [owner, other] = people;
  const ids: string[] = [];
  while (ids.length < TRANSACTIONS) {
    const input = NewTransaction.parse({
      job_id: "job-1",
      confidential: true,
      participants: [other.principal.participantId],
      ...SENT,
    });
    ids.push((await submitTransaction(owner, input)).transaction_id);
  }
  let isOver = false;
  const integrating = (async () => {
    while (!isOver) await bench.integrate();
  })();
  await killMany(people).finally(() => {
    isOver = true;
  });
  await integrating;
  await bench.integrate();
  while ((await runRotations({ ...owner, principal: undefined, system: "portal" })) > 0)
    await bench.integrate();

  const rotations = await expectOneActive(people);
  await expectWholeWraps(people);
  const ends = await asPortal<{ state: string; rewrapped: number; total: number }>(
    "SELECT state, rewrapped, total FROM key_rotation",
  );
  expect(ends).toHaveLength(rotations);
  for (const end of ends)
    expect(end).toEqual({ state: "completed", rewrapped: end.total, total: TRANSACTIONS * 2 });
  const left = await asPortal<{ kid: string }>(
    "SELECT w.kid FROM wrap w JOIN key_version k ON k.id = w.key_version_id WHERE k.state <> 'active'",
  );
  expect(left).toEqual([]);
  for (const id of ids) {
    for (const person of people) {
      const { data } = await openTransaction(person, id, { purpose: "settlement" });
      expect(data).toEqual(SENT);
    }
  }
  let registered = 0;
  for (let more = true; more; ) {
    const step = await registerPending(owner);
    registered += step.registered;
    more = step.more;
  }
  expect(registered).toBe(TRANSACTIONS * 2);
  process.stdout.write(
    `${KILLS} kills over ${PORTALS} portals: ${rotations} rotations, ${registered} groups open for both parties and the escrow\n`,
  );
}, 900_000);
