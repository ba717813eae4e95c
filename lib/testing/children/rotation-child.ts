import { createAuditRecorder } from "@/lib/audit/record/recorder";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { openDatabase } from "@/lib/db/client";
import { openPool } from "@/lib/db/pool";
import { DomainError } from "@/lib/errors";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";

/** Settings of this child portal. */
export interface RotationChildOptions {
  readonly keyDir: string;
  readonly databaseUrl: string;
  readonly custodian: { readonly url: string; readonly vkey: string };
  readonly instance: InstanceFacts;
  readonly participants: readonly string[];
}

// Begins rotations and re-wraps for them as a portal does, in a child process that a test can kill.
const options: RotationChildOptions = JSON.parse(process.argv[2] ?? "");
const { keyDir, databaseUrl, custodian, instance, participants } = options;
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const receiptKey = keystore.readNamedKey("receipt");
if (receiptKey === undefined) throw new TypeError("no receipt key");
const db = openDatabase({ url: databaseUrl, maxConnections: 3, waitMs: BENCH_WAIT_MS });
const pool = openPool({ url: databaseUrl, maxConnections: 2, waitMs: BENCH_WAIT_MS });
const cx = {
  db,
  instance,
  clock: systemClock,
  audit: createAuditRecorder({ pool, keystore, instance, receiptKey }),
  keystore,
  escrow: createEscrowClient({ ...custodian, log: instance.log, clock: systemClock }),
  logger: createLogger("test", "silent"),
  client: {},
  requestId: "req_test",
  system: "portal",
};

/** Errors after which a caller may retry: a rival locked the same rows first, or the database of a busy machine was too slow. */
const MAY_ASK_AGAIN: ReadonlySet<string> = new Set(["request.conflict", "service.database-unavailable"]);

async function patiently(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof DomainError) || !MAY_ASK_AGAIN.has(error.code)) throw error;
  }
}

process.stdout.write("ready\n");
for (let round = 0; ; round += 1) {
  for (const [at, participantId] of participants.entries()) {
    const mode = (round + at) % 3 === 2 ? "reseal" : "rewrap";
    await patiently(() => rotateKey(cx, { participantId }, mode));
  }
  await patiently(() => runRotations(cx));
}
