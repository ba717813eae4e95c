import { setTimeout } from "node:timers/promises";
import { systemClock } from "@/lib/clock";
import type { InstanceFacts } from "@/lib/context/context";
import { openDatabase } from "@/lib/db/client";
import { DomainError } from "@/lib/errors";
import { openLocalKeystore } from "@/lib/keystore/files/local-keystore";
import { deliverDue } from "@/lib/notify/deliveries/deliver";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { createLogger } from "@/lib/telemetry/logger";
import { BENCH_WAIT_MS, TEST_PASSPHRASE } from "@/lib/testing/benches/audit-bench";

/** Settings of this child portal. */
export interface NotifyChildOptions {
  readonly keyDir: string;
  readonly databaseUrl: string;
  readonly instance: InstanceFacts;
}

// Sends the queued notifications as a portal does, in a child process that a test can kill.
const { keyDir, databaseUrl, instance }: NotifyChildOptions = JSON.parse(process.argv[2] ?? "");
const keystore = await openLocalKeystore({ dir: keyDir, unlock: { passphrase: TEST_PASSPHRASE } });
const db = openDatabase({ url: databaseUrl, maxConnections: 3, waitMs: BENCH_WAIT_MS });
const logger = createLogger("test", "silent");
const shared = { db, instance, clock: systemClock, keystore, logger, hasMail: false, mailer: undefined };
const cx = { ...shared, origin: "https://portal.example" };

/** Sends what is queued. If no database connection is free, it tries again, as a portal does. */
async function step(): Promise<number> {
  try {
    return (await sendNotifications(cx)) + (await deliverDue(cx));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return 0;
  }
}

process.stdout.write("ready\n");
for (;;) {
  if ((await step()) === 0) await setTimeout(50);
}
