import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { runRecoveries } from "@/lib/transactions/key-recovery/run-recoveries";

/** Settings of this child portal. */
export interface RecoveryChildOptions {
  readonly keyDir: string;
  readonly databaseUrl: string;
  readonly custodian: { readonly url: string; readonly vkey: string };
  readonly instance: InstanceFacts;
}

// Continues recoveries until none runs, in a child process that a test can kill.
const options: RecoveryChildOptions = JSON.parse(process.argv[2] ?? "");
const { keyDir, databaseUrl, custodian, instance } = options;
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const pool = openPool({ url: databaseUrl, maxConnections: 2, waitMs: BENCH_WAIT_MS });
const cx = {
  db: openDatabase({ url: databaseUrl, maxConnections: 3, waitMs: BENCH_WAIT_MS }),
  instance,
  clock: systemClock,
  audit: createAuditRecorder({ pool, keystore, instance, receiptKey }),
  keystore,
  escrow: createEscrowClient({ ...custodian, log: instance.log, clock: systemClock }),
  logger: createLogger("test", "error"),
  client: {},
  requestId: "req_test",
  system: "portal",
};
process.stdout.write("ready\n");
// A few passes are enough. If a recovery has not ended then, the test finds it.
for (let pass = 0; pass < 20 && (await runRecoveries(cx)) > 0; pass += 1);
process.exit(0);
