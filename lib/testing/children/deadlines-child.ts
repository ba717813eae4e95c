import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";

/** Settings of this child portal. Its clock is `aheadMs` milliseconds ahead. */
export interface DeadlinesChildOptions {
  readonly keyDir: string;
  readonly databaseUrl: string;
  readonly instance: InstanceFacts;
  readonly aheadMs: number;
}

// Processes due request deadlines as a portal does, in a child process that a test can kill.
const options: DeadlinesChildOptions = JSON.parse(process.argv[2] ?? "");
const { keyDir, databaseUrl, instance, aheadMs } = options;
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const db = openDatabase({ url: databaseUrl, maxConnections: 3, waitMs: BENCH_WAIT_MS });
const pool = openPool({ url: databaseUrl, maxConnections: 2, waitMs: BENCH_WAIT_MS });
const nowMs = () => Date.now() + aheadMs;
const cx = {
  db,
  instance,
  clock: { nowMs, now: () => new Date(nowMs()), nowMicros: systemClock.nowMicros },
  audit: createAuditRecorder({ pool, keystore, instance, receiptKey }),
  logger: createLogger("test", "silent"),
  client: {},
  requestId: "req_test",
  system: "portal",
};

process.stdout.write("ready\n");
for (;;) await keepRequests(cx);
