import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { isOfHealth, kindOf } from "@/lib/alerts/catalogue";
import { endUnseen, observe, type Seen } from "@/lib/alerts/observe";
import { uuidv7 } from "@/lib/crypto/uuid";
import { askPartAlarms } from "@/lib/http/health/probe-services";
import { readHealth } from "@/lib/http/health/read-health";
import { runLoop } from "@/lib/jobs/run-loop";
import { getRuntime, type Runtime } from "@/lib/runtime/slot";

const PERIOD_MS = 15_000;
/** A part that restarts, and an instance that starts, are no alert. */
const HOLD_MS = 60_000;

/** Since when each alarm has lasted, as this portal sees it. */
export type Lasting = ReadonlyMap<string, number>;

/**
 * Returns since when the alarms of now have lasted, and which of them are an alert: those that lasted for a minute, and
 * at once those that no start explains. Pure.
 */
export function judgeLasting(
  before: Lasting,
  alarms: readonly string[],
  nowMs: number,
): { readonly lasting: Lasting; readonly alerts: readonly string[] } {
  const lasting = new Map(alarms.map((name) => [name, before.get(name) ?? nowMs]));
  const isAlert = (name: string) =>
    kindOf(name).isAtOnce === true || nowMs - (lasting.get(name) ?? nowMs) >= HOLD_MS;
  return { lasting, alerts: alarms.filter(isAlert) };
}

/** What signer, custodian and witness report. They have no database, so a portal opens their alerts. */
async function relayed(now: Date): Promise<Seen[]> {
  const alarms = await askPartAlarms(now);
  return alarms
    .filter(({ name }) => !isOfHealth(name))
    .map(({ part, name, at }) => ({
      ...{ name, subject: `process:${part}`, at, count: 1, entries: [] },
      isRelayed: true,
    }));
}

async function look(runtime: Runtime, before: Lasting): Promise<Lasting> {
  const { alarms } = await readHealth();
  const at = runtime.clock.now();
  // Without the database nothing can be read or stored; Prometheus watches that (deploy/prometheus/alerts.yml).
  if (alarms.includes("database-down")) return before;
  const { lasting, alerts } = judgeLasting(before, alarms, at.getTime());
  const cx = { ...runtime, client: {}, requestId: uuidv7(at.getTime()), system: "portal" };
  const seen = alarms.map((name) => ({
    ...{ name, subject: "instance", at, count: 1, entries: [] },
    // A portal that has just started sees an alert that another one opened.
    isShort: !alerts.includes(name),
  }));
  await observe(cx, [...seen, ...(await relayed(at))]);
  await endUnseen(cx, "condition");
  return lasting;
}

/** Waits for the runtime: while the database is away at the start, it cannot be built. */
async function firstRuntime(signal: AbortSignal): Promise<Runtime | undefined> {
  while (!signal.aborted) {
    const runtime = await getRuntime().catch(() => undefined);
    if (runtime !== undefined) return runtime;
    await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Makes alerts of what the state of the instance shows, four times a minute, until the process is asked to stop. */
export async function watchHealth(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  const runtime = await firstRuntime(stop.signal);
  if (runtime === undefined) return;
  let lasting: Lasting = new Map();
  const options = { name: "watch", periodMs: PERIOD_MS, firstMs: PERIOD_MS, signal: stop.signal };
  await runLoop({ ...options, logger: runtime.logger }, async () => {
    lasting = await look(runtime, lasting);
    return { more: false };
  });
}
