import { startInstance } from "@/lib/testing/instance/instance";
import { prepareInstance } from "@/lib/testing/instance/prepared-instance";
import { INSTANCES } from "./instance";

/** Budgets that no story reaches: stories together make more calls from one address in a minute than people do. */
export const BUDGETS = JSON.stringify({
  ...{ reads: 100_000, writes: 100_000, open: 100_000, audit: 100_000, decisions: 100_000 },
  ...{ batch: 10_000, export: 10_000, sign_in: 10_000, anonymous: 100_000 },
});

/**
 * Prepares one instance and starts this many copies of it. The environment passes on the addresses of the copies, and the prepared folder
 * for tests that start their own instance. Returns a function that stops and removes them.
 */
export async function startInstances(count: number): Promise<() => Promise<void>> {
  const remove = await prepareInstance();
  const starts = await Promise.allSettled(
    Array.from({ length: count }, () => startInstance({ env: { RATE_BUDGETS: BUDGETS } })),
  );
  const instances = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await remove();
  };
  const failed = starts.find((start) => start.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  process.env[INSTANCES] = JSON.stringify(instances.map(({ dataDir, baseUrl }) => ({ dataDir, baseUrl })));
  return stop;
}
