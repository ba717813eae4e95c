import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { makeTempFolder } from "@/lib/testing/data-folder";
import {
  copyPrepared,
  isRunning,
  type RunningInstance,
  removeDataFolder,
  startInstance,
  waitUntil,
} from "@/lib/testing/instance/instance";
import { isDeep } from "@/lib/testing/scale";
import { type People, people, readDemo } from "../support/api";
import {
  type Accepted,
  comingAgain,
  expectNothingLost,
  expectOpens,
  expectProblem,
  isHealthy,
  killAndWait,
  type Load,
  PATIENCE_MS,
  placesOf,
  processesOf,
  readStatus,
  startWriters,
  waitForStatus,
  watchAlarms,
} from "../support/faults";
import {
  checkpointSize,
  expectLogVerifies,
  exportedSeqs,
  openingOutcomes,
} from "../support/log-after-faults";
import { approve, canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";

// Kills, stops and restarts processes of its own instance. No assertion depends on the clock: every wait ends by a condition, and the
// watchdogs are generous.
const ENV = {
  RATE_BUDGETS:
    '{"reads":100000,"writes":100000,"open":100000,"audit":100000,"decisions":100000,"batch":10000,"export":10000}',
};
const Listed = z.looseObject({ transaction_id: z.string() });
const accepted: Accepted[] = [];
let dataDir: string;
let instance: RunningInstance;
let granted: { readonly transaction: Accepted; readonly grantId: string };

const who = (): People => people(readDemo(dataDir));

async function start(): Promise<void> {
  instance = await startInstance({ dataDir, env: ENV });
}

async function submit(): Promise<Accepted> {
  const secret = canaries();
  const answer = await who().client456.post("/confidential/transactions", newTransaction(secret));
  expect(answer.status, answer.text).toBe(201);
  const made = { id: text(answer, "transaction_id"), memo: secret.memo };
  accepted.push(made);
  return made;
}

const openUnderGrant = () =>
  who().regulator.post(`/confidential/transactions/${granted.transaction.id}/audit`, {
    purpose: "audit",
    grant_id: granted.grantId,
  });

async function expectGrantOpens(): Promise<void> {
  const answer = await comingAgain(openUnderGrant);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json.data).toMatchObject({ amount: "1000" });
}

const nothingLost = (list: readonly Accepted[]) =>
  expectNothingLost({ reader: who().client456, opener: who().miner789 }, list);

async function stopLoad(load: Load): Promise<void> {
  await load.stop();
  accepted.push(...load.accepted);
}

/** Checks that every accepted transaction is in a gapless tree that another program can verify. */
async function expectWholeLog(): Promise<void> {
  const { log_size: size } = await waitForStatus(who().coordinator, "everything is well", isHealthy);
  await waitUntil(
    "a checkpoint over all of it",
    async () => (await checkpointSize(who().coordinator)) >= size,
    PATIENCE_MS,
  );
  const seqs = await exportedSeqs(who().coordinator);
  expect(seqs.length).toBeGreaterThanOrEqual(size);
  expect(seqs.every((seq, index) => seq === index)).toBe(true);
  expect(await expectLogVerifies(who().coordinator)).toBeGreaterThanOrEqual(size);
}

beforeAll(async () => {
  dataDir = await makeTempFolder("sealport-faults-data-");
  await copyPrepared(dataDir);
  await start();
  const transaction = await submit();
  const facts = orderFacts();
  const requestId = await fileRequest(who().regulator, transaction.id, facts, { maxViews: 50 });
  granted = { transaction, grantId: await approve(who(), requestId, facts) };
  await expectGrantOpens();
}, 11 * 60_000);

afterAll(async () => {
  await instance?.stop();
  await removeDataFolder(dataDir);
});

test("kill -9 of worker, signer and custodian under load loses no entry and leaves no gap", async () => {
  const before = await readStatus(who().client456);
  const load = startWriters(who().client456, 8, 250);
  let isOver = false;
  let opened = 0;
  const opening = (async () => {
    const failures: string[] = [];
    for (let round = 0; round < 150 && !isOver; round += 1) {
      const one = load.accepted.at(-1) ?? granted.transaction;
      await expectOpens(who().miner789, one).then(
        () => (opened += 1),
        (error: Error) => failures.push(error.message),
      );
      await sleep(200);
    }
    return failures;
  })();
  await waitUntil("the writers are under way", async () => load.accepted.length >= 8, PATIENCE_MS);
  await killAndWait(instance, ["worker"]);
  await killAndWait(instance, ["signer", "custodian"]);
  await killAndWait(instance, ["worker", "signer", "custodian"]);
  await stopLoad(load);
  isOver = true;

  // Accepting a transaction, and opening one as its party, needs none of the three.
  expect(await opening).toEqual([]);
  expect(load.refused.map((answer) => answer.text)).toEqual([]);
  expect(load.unanswered).toBe(0);
  expect(opened).toBeGreaterThan(0);

  await waitForStatus(
    who().client456,
    "the log holds all of it",
    (status) => isHealthy(status) && status.log_size >= before.log_size + load.accepted.length,
  );
  await nothingLost(load.accepted);
  await expectGrantOpens();
  await expectWholeLog();
});

test("kill -9 of the portal under load loses no answered call, and a repeated call is done once", async () => {
  const load = startWriters(who().client456, 8, 100);
  await waitUntil("the writers are under way", async () => load.accepted.length >= 8, PATIENCE_MS);
  const repeated = Array.from({ length: 12 }, () => ({
    headers: { "idempotency-key": canaries().memo },
    body: { ...newTransaction(canaries()), job_id: canaries().memo },
  }));
  const send = ({ headers, body }: (typeof repeated)[number]) =>
    who()
      .client456.post("/confidential/transactions", body, headers)
      .catch(() => undefined);
  const first = Promise.all(repeated.map(send));
  await killAndWait(instance, ["portal"]);
  await waitForStatus(who().client456, "the portal serves again", isHealthy);
  await stopLoad(load);
  expect(load.unanswered).toBeGreaterThan(0);
  // On a busy machine a portal that has just started may not have its connections in time.
  for (const answer of load.refused) expectProblem(answer, 503, "service.database-unavailable");

  await first;
  for (const call of repeated) {
    const again = await send(call);
    // If the kill hid the outcome, the key stays taken, because repeating the call could do it twice.
    if (again === undefined) throw new Error("the portal serves again, but gave no answer");
    if (again.status !== 201) expectProblem(again, 409, "idempotency.in-progress");
    const made = await who().client456.get(`/confidential/transactions?job_id=${call.body.job_id}`);
    expect(made.status, made.text).toBe(200);
    const ids = z
      .array(Listed)
      .parse(made.json.items)
      .map((item) => item.transaction_id);
    expect(ids.length, made.text).toBeLessThanOrEqual(1);
    if (again.status === 201) expect(ids).toEqual([again.json.transaction_id]);
  }
  await nothingLost(load.accepted);
  await expectGrantOpens();
  await expectWholeLog();
});

test("without the custodian openings under a grant answer 503 and are in the log; writes continue", async () => {
  const pid = await instance.kill("custodian", "SIGSTOP");
  try {
    expectProblem(await openUnderGrant(), 503, "custodian.unavailable");
    await expectOpens(who().miner789, await submit());
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await waitUntil(
    "intent and failed outcome are in the log",
    async () =>
      (await openingOutcomes(who().legal, granted.transaction.id, granted.grantId)).slice(-2).join() ===
      "intent,failed",
    PATIENCE_MS,
  );
  await waitForStatus(who().client456, "the custodian is back", isHealthy);
  await expectGrantOpens();
  expect((await instance.pids()).custodian).toBe(pid);
});

if (isDeep)
  test("without the signer entries are integrated, and the late checkpoint raises an alarm", async () => {
    const inPortalLog = watchAlarms(dataDir, "portal.log");
    const inWorkerLog = watchAlarms(dataDir, "worker.log");
    const pid = await instance.kill("signer", "SIGSTOP");
    const before = await readStatus(who().client456);
    try {
      for (let count = 0; count < 3; count += 1) await submit();
      await waitForStatus(
        who().client456,
        "the log grows without the signer",
        (status) => status.log_size >= before.log_size + 3,
      );
      const late = await waitForStatus(who().client456, "the checkpoint is called late", (status) =>
        ["checkpoint-late", "signer-down"].every((alarm) => status.alarms.includes(alarm)),
      );
      expect(late.parts.find((part) => part.name === "signer")?.state).toBe("down");
      expect(inPortalLog("checkpoint-late")).toBe(true);
      await waitUntil(
        "the worker writes an error line",
        async () => inWorkerLog("checkpoint.failed"),
        PATIENCE_MS,
      );
      const ready = await fetch(`${instance.baseUrl}/readyz`);
      expect(ready.status).toBe(200);
      expect((await ready.json()).degraded).toContain("signer");
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await waitForStatus(
      who().client456,
      "a later checkpoint",
      (status) => isHealthy(status) && status.last_checkpoint_at !== before.last_checkpoint_at,
    );
    await expectWholeLog();
  });

for (const signal of isDeep ? (["SIGKILL", "SIGINT"] as const) : (["SIGKILL"] as const)) {
  test(`without the database (${signal}) every call answers 503, and every accepted transaction survives`, async () => {
    const load = startWriters(who().client456, 8, 50);
    await waitUntil("the writers are under way", async () => load.accepted.length >= 8, PATIENCE_MS);
    // The supervisor is paused meanwhile, so that the database stays down while the test checks.
    process.kill(instance.supervisorPid, "SIGSTOP");
    const pid = await instance.kill("postgres", signal);
    try {
      await waitUntil("the database is gone", async () => !(await isRunning(pid)), PATIENCE_MS);
      await waitUntil("the writers notice", async () => load.refused.length > 0, PATIENCE_MS);
      const { client456, miner789, regulator } = who();
      const id = granted.transaction.id;
      for (const answer of [
        await client456.post("/confidential/transactions", newTransaction(canaries())),
        await client456.get(`/confidential/transactions/${id}`),
        await miner789.post(`/confidential/transactions/${id}/access`, { purpose: "settlement" }),
        await openUnderGrant(),
        await regulator.get("/confidential/audit/export?format=bundle"),
        await client456.get("/confidential/status"),
      ]) {
        expectProblem(answer, 503, "service.database-unavailable");
        expect(answer.headers.get("retry-after")).not.toBeNull();
      }
      // Readiness is at most a second old.
      await expect.poll(async () => (await fetch(`${instance.baseUrl}/readyz`)).status).toBe(503);
      expect((await fetch(`${instance.baseUrl}/healthz`)).status).toBe(200);
    } finally {
      process.kill(instance.supervisorPid, "SIGCONT");
    }
    const acceptedBefore = load.accepted.length;
    await waitUntil(
      "transactions are accepted again",
      async () => load.accepted.length > acceptedBefore,
      PATIENCE_MS,
    );
    await stopLoad(load);
    for (const answer of load.refused) expectProblem(answer, 503, "service.database-unavailable");
    expect(load.unanswered).toBe(0);
    await waitForStatus(who().client456, "everything is well again", isHealthy);
    expect((await instance.pids()).postgres).not.toBe(pid);
    await nothingLost(load.accepted);
    await expectGrantOpens();
    await expectWholeLog();
  });
}

if (isDeep)
  test("SIGTERM, SIGINT and kill -9 of the supervisor leave no process, and each next start keeps all data", async () => {
    for (const signal of ["SIGTERM", "SIGKILL", "SIGINT"] as const) {
      const places = placesOf(dataDir);
      const pids = Object.values(await instance.pids()).filter((pid) => pid !== null);
      expect(pids).toHaveLength(7);
      const load = startWriters(who().client456, 4, 50);
      await waitUntil("the writers are under way", async () => load.accepted.length >= 4, PATIENCE_MS);
      const { code, tookMs } = await instance.end(signal);
      await load.stop();
      accepted.push(...load.accepted);
      expect(load.accepted.length).toBeGreaterThanOrEqual(4);
      if (signal === "SIGKILL") {
        await waitUntil("no process is left", async () => processesOf(places).length === 0, PATIENCE_MS);
      } else {
        expect(code).toBe(0);
      }
      process.stdout.write(`${signal}: ended in ${tookMs} ms, exit code ${code}\n`);
      expect(processesOf(places)).toEqual([]);
      for (const pid of pids) expect(await isRunning(pid)).toBe(false);
      for (const answer of load.refused) expect(answer.status, answer.text).toBe(503);

      const startedAt = Date.now();
      await start();
      process.stdout.write(`started again in ${Date.now() - startedAt} ms\n`);
      await nothingLost(load.accepted);
      await expectOpens(who().miner789, granted.transaction);
      await expectGrantOpens();
      await expectWholeLog();
    }
  });
