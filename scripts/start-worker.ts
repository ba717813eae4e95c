import { runLog } from "@/lib/audit/worker/run-log";
import { openPool } from "@/lib/db/pool";
import { workerEnv } from "@/lib/env";
import { endWithSupervisor, reportReady } from "@/lib/launch/child";
import { createLogger } from "@/lib/telemetry/logger";

// The worker: sequencer and checkpoints. Any number may run; the database elects.
const env = workerEnv();
const logger = createLogger("worker", env.LOG_LEVEL);
const ending = new AbortController();
const pool = openPool({
  url: env.SEQUENCER_DATABASE_URL,
  applicationName: "sealport-sequencer",
  maxConnections: 4,
  onIdleError: (code) => logger.warn({ code }, "an idle database connection was lost"),
});
const log = runLog({
  pool,
  log: env.LOG_ORIGIN,
  tenantId: env.TENANT_ID,
  signerUrl: env.SIGNER_URL,
  logVkey: env.LOG_VKEY,
  witness: { url: env.WITNESS_URL, vkey: env.WITNESS_VKEY, kind: "own" },
  logger,
  signal: ending.signal,
});
endWithSupervisor(async () => {
  ending.abort();
  await log;
  await pool.end();
});
reportReady();
await log;
