import { askSigner } from "@/lib/audit/verification/ask-signer";
import { runVerifications } from "@/lib/audit/verification/run-verifications";
import { runLog } from "@/lib/audit/worker/run-log";
import { systemClock } from "@/lib/clock";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { workerEnv } from "@/lib/env";
import { createEscrowClient } from "@/lib/escrow/client";
import { runRegistrar } from "@/lib/escrow/registrar";
import { runHeartbeat } from "@/lib/jobs/run-heartbeat";
import { endWithSupervisor, reportReady } from "@/lib/launch/child";
import { createLogger } from "@/lib/telemetry/logger";

// The worker: sequencer, checkpoints, verification of the log and registration with the custodian. Any number may run; the database elects.
const env = workerEnv();
const logger = createLogger("worker", env.LOG_LEVEL);
const ending = new AbortController();
const { signal } = ending;
const onIdleError = (code: string) => logger.warn({ code }, "an idle database connection was lost");
const pool = openPool({
  url: env.SEQUENCER_DATABASE_URL,
  applicationName: "sealport-sequencer",
  maxConnections: 4,
  onIdleError,
});
const db = openDatabase({
  url: env.DATABASE_URL,
  applicationName: "sealport-worker",
  maxConnections: 4,
  onIdleError,
});
const log = runLog({
  pool,
  log: env.LOG_ORIGIN,
  tenantId: env.TENANT_ID,
  signerUrl: env.SIGNER_URL,
  logVkey: env.LOG_VKEY,
  witness: { url: env.WITNESS_URL, vkey: env.WITNESS_VKEY, kind: "own" },
  logger,
  signal,
});
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
    logVkey: env.LOG_VKEY,
    askSigner: () => askSigner(env.SIGNER_URL, env.LOG_VKEY),
    everyMs: env.VERIFY_EVERY,
  },
  signal,
);
const loops = [log, verifications, runRegistrar(cx, signal), runHeartbeat(cx, "worker", signal)];
endWithSupervisor(async () => {
  ending.abort();
  await Promise.all(loops);
  await Promise.all([pool.end(), db.close()]);
});
reportReady();
await Promise.all(loops);
