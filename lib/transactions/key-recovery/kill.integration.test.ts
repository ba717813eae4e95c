import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { getRecovery } from "@/lib/keys/recovery/get-recovery";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { first, kidsOf, readWith, SENT } from "@/lib/testing/benches/client-held-bench";
import {
  agreed,
  begun,
  type Helpers,
  helpers,
  type Loss,
  loss,
  run,
} from "@/lib/testing/benches/recovery-acts";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";
import type { RecoveryChildOptions } from "@/lib/testing/children/recovery-child";
import { scale } from "@/lib/testing/scale";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

const WATCHDOG = { timeout: 150_000, interval: 5 };

/** People who lose a key in the tests without a kill. Each kill has its own person after them. */
const OTHERS = 3;
const KILLS = scale("other kills");

let bench: UseCaseBench;
let who: Helpers;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  bench = await createUseCaseBench();
  who = await helpers(bench, OTHERS + KILLS);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await bench?.close();
});

async function start(): Promise<ChildProcess> {
  const options: RecoveryChildOptions = {
    keyDir: bench.keyDir,
    databaseUrl: bench.database.appUrl,
    custodian: { url: bench.custodianUrl, vkey: bench.escrow.vkey },
    instance: bench.cx.instance,
  };
  const args = childArguments("lib/testing/children/recovery-child.ts", JSON.stringify(options));
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child.stdout, "data");
  return child;
}

/** Lines in which the custodian reports that it wraps, for all recoveries. */
const saidIn = (): number =>
  readFileSync(path.join(bench.custodianDir, "journal"), "utf8").split('"kind":"recover"').length - 1;

const count = (where: { action: string; outcome: string; participant_id: string }): Promise<number> =>
  inSnapshot(bench.cx, (tx) => tx.audit_index.count({ where }));

const countsOf = async ({ owner }: Loss): Promise<number[]> => {
  const { participantId: participant_id } = owner.principal;
  const outcomes = ["intent", "done", "failed"];
  return Promise.all(
    outcomes.map((outcome) => count({ action: "disclosure.rewrap", outcome, participant_id })),
  );
};

async function requireRecovered(one: Loss): Promise<void> {
  const { recovery } = await getRecovery(one.owner, one.old.keyId);
  expect(recovery).toMatchObject({ state: "completed", total: one.ids.length * 2 });
  const held = { holder: one.next, keyId: "", kid: recovery?.new_key.kid ?? "" };
  for (const id of one.ids) {
    expect(await kidsOf(one.owner, id)).not.toContain(one.old.kid);
    expect(await readWith(one.owner, held, id)).toEqual(SENT);
    expect((await openTransaction(one.other, id, { purpose: "settlement" })).data).toEqual(SENT);
  }
}

it.each(Array.from({ length: KILLS }, (_, at) => at))(
  "a kill between the custodian's answer and its storing moves no entry, and all can be asked for again (%i)",
  async (at) => {
    const one = await loss(who, OTHERS + at, 4);
    await agreed(bench, one);
    await begun(one);
    const before = saidIn();
    const blocker = new Client({ connectionString: bench.database.adminUrl });
    await blocker.connect();
    await blocker.query("BEGIN");
    await blocker.query("SELECT 1 FROM transaction WHERE id = $1 FOR UPDATE", [first(one.ids)]);
    const child = await start();
    await expect.poll(saidIn, WATCHDOG).toBe(before + 1);
    const waiting = async () => (await blocker.query(LOCK_WAITS)).rows.length;
    await expect.poll(waiting, WATCHDOG).toBeGreaterThan(0);
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    await blocker.query("ROLLBACK");
    await blocker.end();
    expect(await countsOf(one)).toEqual([8, 0, 0]);
    const kids = (await Promise.all(one.ids.map((id) => kidsOf(one.owner, id)))).flat();
    expect(kids.filter((kid) => kid === one.old.kid)).toHaveLength(8);
    expect((await getRecovery(one.owner, one.old.keyId)).recovery).toMatchObject({
      state: "running",
      rewrapped: 0,
    });
    await bench.integrate();
    const second = await start();
    if (second.exitCode === null) await once(second, "exit");
    expect(second.exitCode).toBe(0);
    await requireRecovered(one);
    expect(await countsOf(one)).toEqual([16, 8, 0]);
    await bench.integrate();
    await requireRecovered(one);
  },
);

it("two portals at once, during another party's rotation, move each entry once", async () => {
  const one = await loss(who, 0, 6);
  await agreed(bench, one);
  await begun(one);
  await rotateKey(one.other, { participantId: one.other.principal.participantId }, "rewrap");
  await bench.integrate();
  await Promise.all([run(one.owner), run(one.owner), runRotations({ ...one.other, system: "portal" })]);
  await bench.integrate();
  await runRotations({ ...one.other, system: "portal" });
  while ((await run(one.owner)) > 0) await bench.integrate();
  await requireRecovered(one);
  const [, done] = await countsOf(one);
  expect(done).toBe(12);
});

it("a custodian that fails is not asked again at once: the log has the end of each announcement, and work continues later", async () => {
  const one = await loss(who, 1, 2);
  await agreed(bench, one);
  await begun(one);
  const { escrow, clock } = one.owner;
  const recover = () => Promise.reject(new DomainError("custodian.unavailable"));
  const failing = { ...one.owner, escrow: { ...escrow, lostKeys: { ...escrow.lostKeys, recover } } };
  await run(failing);
  expect(await run(failing)).toBe(0);
  expect(await countsOf(one)).toEqual([4, 0, 4]);
  await bench.integrate();
  const nowMs = () => clock.nowMs() + 60_000;
  const later = { nowMs, nowMicros: () => BigInt(nowMs()) * 1000n, now: () => new Date(nowMs()) };
  expect((await getRecovery(one.owner, one.old.keyId)).recovery).toMatchObject({ state: "running" });
  await run({ ...one.owner, clock: later });
  await bench.integrate();
  await requireRecovered(one);
  expect(await countsOf(one)).toEqual([8, 4, 4]);
});

it("while the custodian is away a recovery waits: no envelope is announced, and none is lost", async () => {
  const one = await loss(who, 2, 2);
  await agreed(bench, one);
  await begun(one);
  await bench.stopCustodian();
  await run(one.owner);
  expect(await countsOf(one)).toEqual([0, 0, 0]);
  expect((await getRecovery(one.owner, one.old.keyId)).recovery).toMatchObject({ state: "running" });
});
