import type { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/context/context";
import { openOwnerPool } from "@/lib/db/migrate";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { getRotation } from "@/lib/keys/rotation/view";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";
import { listAccessLogs } from "../reading/list-access-logs";
import { createAuditRecorder } from "../record/recorder";
import { prepareLog } from "../sequencer/sequencer";
import { startNewLog } from "./start-new-log";

type Person = Awaited<ReturnType<LogBench["person"]>>;

let bench: LogBench;
let owner: Pool;
let client: Person;
let miner: Person;
let auditor: Person;
let transaction: string;

/** A portal after `recover --new-origin`: the same database and people, another log, another receipt name. */
function under<C extends Context>(cx: C, origin: string): C {
  const instance = { ...cx.instance, log: origin };
  const receiptKey = bench.keystore.readNamedKey("receipt");
  if (receiptKey === undefined) throw new TypeError("no receipt key");
  const audit = createAuditRecorder({ pool: bench.appPool, keystore: bench.keystore, instance, receiptKey });
  return { ...cx, instance, audit };
}

async function submit(from: Person, to: Person): Promise<string> {
  const input = NewTransaction.parse({
    job_id: "job-1",
    confidential: true,
    participants: [to.principal.participantId],
    amount: "1000",
    currency: "EUR",
  });
  return (await submitTransaction(from, input)).transaction_id;
}

beforeAll(async () => {
  bench = await createLogBench();
  owner = openOwnerPool(bench.database.adminUrl);
  client = await bench.person({ role: "client" });
  miner = await bench.person({ role: "miner" });
  auditor = await bench.person({ role: "auditor" });
  transaction = await submit(client, miner);
  await bench.anchor();
  const opened = await openTransaction(client, transaction, { purpose: "settlement" });
  expect(opened.data).toMatchObject({ amount: "1000" });
  await bench.anchor();
  const old = bench.place.log;
  const closedLogs = [{ origin: old, log: bench.policy.log, receipts: bench.policy.receipts, witnesses: [] }];
  Object.assign(bench.cx.instance, { closedLogs });
  const checkpoint = await bench.appPool.query(
    "SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1",
  );
  const [oldVkey = ""] = bench.policy.log;
  await startNewLog(owner, bench.place, { origin: `${old}/2`, checkpoint: checkpoint.rows[0].note, oldVkey });
  await prepareLog(bench.sequencerPool, { ...bench.place, log: `${old}/2` });
  client = under(client, `${old}/2`);
  miner = under(miner, `${old}/2`);
  auditor = under(auditor, `${old}/2`);
});
afterAll(async () => {
  await owner?.end();
  await bench?.close();
});

it("parties can open what was sealed before the log was closed", async () => {
  const opened = await openTransaction(client, transaction, { purpose: "settlement" });
  expect(opened.data).toMatchObject({ amount: "1000" });
});

it("access logs include what the closed log recorded", async () => {
  const { logs } = await listAccessLogs(auditor, { limit: 50, offset: 0 });
  const opened = logs.filter((log) => log.success && log.data_accessed.includes("amount"));
  expect(opened.length).toBeGreaterThan(1);
  expect(new Set(opened.map((log) => log.participant_id))).toEqual(new Set([client.principal.participantId]));
});

it("data sealed with a retired key are re-wrapped", async () => {
  const { participantId } = client.principal;
  const { rotation_id } = await rotateKey(client, { participantId }, "rewrap");
  await runRotations({ ...client, system: "portal" });
  expect(await getRotation(client, rotation_id)).toMatchObject({ state: "completed" });
});
