import { setTimeout as sleep } from "node:timers/promises";
import { asSuperuser } from "@/e2e/support/admin";
import type { RunningInstance } from "@/lib/testing/instance/instance";
import type { ProductCall } from "./calls";
import { startCountingProxy } from "./counting-proxy";
import { callOnce } from "./kept-connections";

/** What the portal sends to PostgreSQL for one call. */
export interface CallCount {
  readonly call: string;
  readonly statements: number;
  readonly roundTrips: number;
}

const PORTAL = "sealport_app_login";
const WARM = 12;
const COUNTED = 9;
/** A call may send something after its answer. */
const AFTER_MS = 30;

/**
 * Counts statements and round trips of each call: the fewest of nine in a row, because background work of the portal only adds to them.
 * With `BENCH_STATEMENTS` the statements are printed.
 */
export async function countCalls(
  instance: RunningInstance,
  calls: readonly ProductCall[],
): Promise<CallCount[]> {
  const proxy = await startCountingProxy(instance.dataDir);
  try {
    await asSuperuser(instance.dataDir, (admin) =>
      admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", [PORTAL]),
    );
    // The portal's pools notice that their connections are gone, and listeners connect again.
    await sleep(2_000);
    const counts: CallCount[] = [];
    for (const call of calls) {
      if (call.baseline === undefined) continue;
      const seen: { readonly texts: readonly string[]; readonly roundTrips: number }[] = [];
      await call.prepare?.(WARM + COUNTED);
      for (let n = 0; n < WARM + COUNTED; n += 1) {
        const sent = call.next();
        if (sent === undefined) throw new Error(`${call.name} has no further call`);
        proxy.take(PORTAL);
        await callOnce(call.port, sent);
        await sleep(AFTER_MS);
        if (n >= WARM) seen.push(proxy.take(PORTAL));
      }
      const statements = Math.min(...seen.map(({ texts }) => texts.length));
      const roundTrips = Math.min(...seen.map((one) => one.roundTrips));
      counts.push({ call: call.name, statements, roundTrips });
      if (process.env.BENCH_STATEMENTS === undefined) continue;
      for (const text of seen.find(({ texts }) => texts.length === statements)?.texts ?? [])
        console.log(`${call.name}: ${text.replaceAll(/\s+/g, " ").trim()}`);
    }
    return counts;
  } finally {
    await proxy.close();
  }
}
