import type { FullConfig } from "@playwright/test";
import { startInstance } from "@/lib/testing/instance/instance";
import { prepareInstance } from "@/lib/testing/instance/prepared-instance";
import { INSTANCES } from "./support/instance";

const BUDGETS =
  '{"reads":100000,"writes":100000,"open":100000,"audit":100000,"decisions":100000,"batch":10000,"export":10000,"sign_in":10000}';

/**
 * Prepares one instance, building the program if needed, and starts a copy of it for each worker. The environment passes on the addresses
 * of the copies, and the prepared folder for specs that start their own instance.
 */
export default async function setUp({ workers }: FullConfig): Promise<() => Promise<void>> {
  const remove = await prepareInstance();
  const starts = await Promise.allSettled(
    Array.from({ length: workers }, () => startInstance({ env: { RATE_BUDGETS: BUDGETS } })),
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
