import { runNextExport } from "@/lib/audit/export/jobs/run-export";
import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { findReaderById } from "@/lib/identity/people/holders-store";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";

// Makes one background export as a portal does, in a child process that a test can kill.
const [keyDir = "", url = "", facts = ""] = process.argv.slice(2);
const instance: InstanceFacts = JSON.parse(facts);
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const db = openDatabase({ url, waitMs: BENCH_WAIT_MS });
const pool = openPool({ url, waitMs: BENCH_WAIT_MS });
const audit = createAuditRecorder({ pool, keystore, instance, receiptKey });
const cx = { db, instance, clock: systemClock, audit, keystore, logger: createLogger("test", "silent") };
await runNextExport({ ...cx, findReader: (userId) => findReaderById(cx, userId), keepMs: 60_000 });
process.exit(0);
