import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { hold, SENT, submit } from "@/lib/testing/benches/client-held-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";
import type { HandOverChildOptions } from "@/lib/testing/children/hand-over-child";
import { scale } from "@/lib/testing/scale";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

const KILLS = scale("other kills");
// Enough for each kill to hit a program at work.
const TRANSACTIONS = 20 + 10 * KILLS;

let bench: UseCaseBench;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await bench?.close();
});

/** An owner's program with a portal, which has started. */
async function start(options: HandOverChildOptions): Promise<ChildProcess> {
  const args = childArguments("lib/testing/children/hand-over-child.ts", JSON.stringify(options));
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child.stdout, "data");
  return child;
}

const wraps = async (): Promise<{ kid: string; count: number }[]> => {
  const client = await bench.appPool.connect();
  try {
    const text =
      "SELECT kid, count(*)::int AS count FROM wrap WHERE kind = 'participant' GROUP BY kid ORDER BY kid";
    return (await client.query<{ kid: string; count: number }>(text)).rows;
  } finally {
    client.release();
  }
};

it(`${KILLS} kills with -9 of an owner's program that hands over, during another party's rotation, lose no entry`, async () => {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "miner" });
  const old = await hold(owner);
  const ids: string[] = [];
  while (ids.length < TRANSACTIONS) ids.push(await submit(owner, other));
  const next = await hold(owner, old.holder);
  await rotateKey(other, { participantId: other.principal.participantId }, "rewrap");
  const options: HandOverChildOptions = {
    keyDir: bench.keyDir,
    databaseUrl: bench.database.appUrl,
    custodian: { url: bench.custodianUrl, vkey: bench.escrow.vkey },
    instance: bench.cx.instance,
    principal: owner.principal,
    keyId: old.keyId,
    old: old.holder.pair,
    next: next.holder.pair,
  };
  const left = async () => (await wraps()).find(({ kid }) => kid === old.kid)?.count ?? 0;
  let isOver = false;
  const meanwhile = (async () => {
    while (!isOver) {
      await bench.integrate();
      await runRotations({ ...other, system: "portal" });
    }
  })();
  for (let kills = 0; kills < KILLS; kills += 1) {
    const child = await start(options);
    const target = (await left()) - randomInt(1, 8);
    await expect.poll(left, { timeout: 150_000, interval: 2 }).toBeLessThanOrEqual(target);
    expect(child.exitCode).toBeNull();
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    const now = await wraps();
    expect(now.reduce((sum, { count }) => sum + count, 0)).toBe(TRANSACTIONS * 4);
  }
  expect(await left()).toBeGreaterThan(0);
  const last = await start(options);
  if (last.exitCode === null) await once(last, "exit");
  expect(last.exitCode).toBe(0);
  isOver = true;
  await meanwhile;
  const { participantId } = other.principal;
  expect(await wraps()).toEqual(
    [
      { kid: next.kid, count: TRANSACTIONS * 2 },
      { kid: `${participantId}#2`, count: TRANSACTIONS * 2 },
    ].sort((a, b) => (a.kid < b.kid ? -1 : 1)),
  );
  for (const id of ids)
    expect((await openTransaction(other, id, { purpose: "settlement" })).data).toEqual(SENT);
}, 600_000);
