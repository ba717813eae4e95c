import { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import { storeSignals } from "@/lib/alerts/signal-store";
import { runRetention } from "@/lib/audit/retention/run-retention";
import { askSigner } from "@/lib/audit/self-check/ask-signer";
import { runVerifications } from "@/lib/audit/self-check/run-verifications";
import { runLog, runStamper } from "@/lib/audit/sequencer/run-log";
import { readTrustedFile } from "@/lib/audit/timestamp/trusted-file";
import { systemClock } from "@/lib/clock";
import { requireLogin } from "@/lib/db/check-database";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { workerEnv } from "@/lib/env";
import { stampingOf, witnessingOf } from "@/lib/env/anchors";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { runRegistrar } from "@/lib/escrow/client/registrar";
import { runHeartbeat } from "@/lib/jobs/run-heartbeat";
import { runLoop } from "@/lib/jobs/run-loop";
import { beginPart, endWithSupervisor, reportReady } from "@/lib/launch/child";
import { requireOwnTenant } from "@/lib/runtime/own-tenant";

const TSA_TIMEOUT_MS = 15_000;
const ALARMS_MS = 5_000;
// The worker: sequencer, checkpoints, verification of the log and registration with the custodian. Any number may
// run; the database elects.
const alarms = new AlarmBuffer("worker");
const { env, logger } = await beginPart("worker", workerEnv, (facts) =>
  alarms.take(facts, systemClock.now()),
);
const ending = new AbortController();
const { signal } = ending;
const onIdleError = (code: string) => logger.warn({ code }, "an idle database connection was lost");
const pool = openPool({
  url: env.SEQUENCER_DATABASE_URL,
  tenantId: env.TENANT_ID,
  applicationName: "sealport-sequencer",
  maxConnections: 4,
  onIdleError,
});
const db = openDatabase({
  url: env.DATABASE_URL,
  tenantId: env.TENANT_ID,
  applicationName: "sealport-worker",
  maxConnections: 4,
  onIdleError,
});
const rules = { clock: systemClock, own: env };
for (const name of ["SEQUENCER_DATABASE_URL", "RETENTION_DATABASE_URL"] as const)
  if (env[name] !== undefined) await requireLogin(name, env[name], rules);
if (await requireLogin("DATABASE_URL", env.DATABASE_URL, rules)) await requireOwnTenant(env, db);
const place = { pool, log: env.LOG_ORIGIN, logVkey: env.LOG_VKEY, logger, signal };
const log = runLog({
  ...place,
  tenantId: env.TENANT_ID,
  signerUrl: env.SIGNER_URL,
  ...witnessingOf(env),
  witnessWaitMs: env.WITNESS_WAIT_MS,
  pace: { periodMs: env.SEQUENCER_PERIOD_MS, batch: env.SEQUENCER_BATCH },
});
const stamping = stampingOf(env);
const stamper =
  stamping === undefined
    ? []
    : [
        runStamper({
          ...place,
          authority: {
            ...stamping,
            trustedPem: readTrustedFile(stamping.caFile),
            timeoutMs: TSA_TIMEOUT_MS,
          },
          periodMs: stamping.periodMs,
          clock: systemClock,
        }),
      ];
const escrow = createEscrowClient({
  url: env.CUSTODIAN_URL,
  vkey: env.CUSTODIAN_VKEY,
  log: env.LOG_ORIGIN,
  clock: systemClock,
});
// The registrar writes no entry, so the tenant's pseudonym, which the portal makes, is not needed here.
const instance = {
  log: env.LOG_ORIGIN,
  tenantId: env.TENANT_ID,
  tenantPseudonym: "",
  evaluation: env.SEALPORT_EVALUATION,
};
const cx = { db, instance, clock: systemClock, escrow, logger };
const verifications = runVerifications(
  {
    ...cx,
    writer: pool,
    logVkey: env.LOG_VKEY,
    certificates: readTrustedFile(env.TSA_CA_FILE),
    askSigner: () => askSigner(env.SIGNER_URL, env.LOG_VKEY),
    everyMs: env.VERIFY_EVERY,
  },
  signal,
);
// A portal makes alerts of the alarms of this process's log.
const signals = runLoop({ name: "alarms", periodMs: ALARMS_MS, signal, logger }, async () => {
  await storeSignals(cx, alarms);
  return { more: false };
});
const loops = [
  log,
  ...stamper,
  verifications,
  runRegistrar(cx, signal),
  runHeartbeat(cx, "worker", signal),
  signals,
];
// Without a retention login another worker must erase and prune; the alarm `erasure-late` shows when none does.
const retentionPool =
  env.RETENTION_DATABASE_URL === undefined
    ? undefined
    : openPool({
        url: env.RETENTION_DATABASE_URL,
        tenantId: env.TENANT_ID,
        applicationName: "sealport-retention",
        maxConnections: 1,
        onIdleError,
      });
if (retentionPool !== undefined) {
  const { TENANT_ID: tenantId, SIGNER_URL: signerUrl } = env;
  loops.push(runRetention({ ...place, tenantId, signerUrl, pool: retentionPool, appPool: db.pool }));
}
endWithSupervisor(logger, async () => {
  ending.abort();
  await Promise.all(loops);
  await Promise.all([pool.end(), db.close(), retentionPool?.end()]);
});
reportReady(logger);
await Promise.all(loops);
