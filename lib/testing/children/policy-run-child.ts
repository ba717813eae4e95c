import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { runNextPolicyRun } from "@/lib/policies/dry-run/run-next";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";

// Makes one dry run or replay as a portal does, in a child process that a test can kill.
const [keyDir = "", url = "", facts = ""] = process.argv.slice(2);
const instance: InstanceFacts = JSON.parse(facts);
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const db = openDatabase({ url, waitMs: BENCH_WAIT_MS });
const pool = openPool({ url, waitMs: BENCH_WAIT_MS });
const audit = createAuditRecorder({ pool, keystore, instance, receiptKey });
const logger = createLogger("test", "silent");
await runNextPolicyRun({
  db,
  instance,
  clock: systemClock,
  audit,
  logger,
  client: {},
  requestId: "test",
  system: "portal",
});
process.exit(0);
