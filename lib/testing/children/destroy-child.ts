import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { readCustody } from "@/lib/env/custody";
import { changeKeyState } from "@/lib/keys/change-state";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { BENCH_WAIT_MS } from "@/lib/testing/benches/audit-bench";

/** Settings of this child portal. */
export interface DestroyChildOptions {
  readonly keyDir: string;
  readonly databaseUrl: string;
  readonly custody: Readonly<Record<string, string>>;
  readonly instance: InstanceFacts;
  readonly principal: Principal;
  readonly keyId: string;
}

// Destroys one key as a portal does, in a child process that a test can kill.
const options: DestroyChildOptions = JSON.parse(process.argv[2] ?? "");
const { keyDir, databaseUrl, custody, instance, principal, keyId } = options;
const keystore = await openKeystore({ dir: keyDir, custody: readCustody(custody) });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const db = openDatabase({ url: databaseUrl, maxConnections: 3, waitMs: BENCH_WAIT_MS });
const pool = openPool({ url: databaseUrl, maxConnections: 2, waitMs: BENCH_WAIT_MS });
const audit = createAuditRecorder({ pool, keystore, instance, receiptKey });
const rest = { clock: systemClock, client: {}, requestId: "req_test" };
await changeKeyState({ db, instance, audit, keystore, principal, ...rest }, keyId, {
  state: "destroyed",
  reason: "a test",
});
process.exit(0);
