import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { challengeClientHeld } from "@/lib/keys/possession/challenge";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { entriesFor } from "@/lib/testing/devices/client-held-program";
import { createKeyHolder, type KeyPair } from "@/lib/testing/devices/key-holder";
import { handOver } from "@/lib/transactions/client-held/hand-over";
import { listWraps } from "@/lib/transactions/client-held/list-wraps";

/** Settings of this child portal, and the owner's program that calls it. */
export interface HandOverChildOptions {
  readonly keyDir: string;
  readonly databaseUrl: string;
  readonly custodian: { readonly url: string; readonly vkey: string };
  readonly instance: InstanceFacts;
  readonly principal: Principal;
  readonly keyId: string;
  readonly old: KeyPair;
  readonly next: KeyPair;
}

// Re-wraps what is sealed with a replaced key, one transaction at a time, in a child process that a test can kill.
const options: HandOverChildOptions = JSON.parse(process.argv[2] ?? "");
const { keyDir, databaseUrl, custodian, instance, principal, keyId } = options;
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
  logger: createLogger("test", "silent"),
  policies: fixedPolicies(),
  client: {},
  requestId: "req_test",
  principal,
};
const [old, next] = [createKeyHolder(options.old), createKeyHolder(options.next)];

process.stdout.write("ready\n");
for (;;) {
  const page = await listWraps(cx, keyId, { limit: 1 });
  if (page.items.length === 0) break;
  const client_tag = old.answer((await challengeClientHeld(cx, keyId)).challenge);
  await handOver(cx, keyId, { client_tag, entries: await entriesFor(old, page, next) });
}
process.exit(0);
