import type { FullConfig } from "@playwright/test";
import { type RunningInstance, startInstance } from "@/lib/testing/instance/instance";
import { INSTANCES } from "./support/instance";

const BUDGETS =
  '{"reads":100000,"writes":100000,"open":100000,"audit":100000,"decisions":100000,"batch":10000,"export":10000,"sign_in":10000}';

/**
 * An instance for each worker, as `npm start` makes it; where they are is passed on in the environment. They start one
 * after the other: the first one builds the program where it is not built.
 */
export default async function setUp({ workers }: FullConfig): Promise<() => Promise<void>> {
  const instances: RunningInstance[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(instances.map((instance) => instance.stop()));
  };
  try {
    while (instances.length < workers)
      instances.push(await startInstance({ env: { RATE_BUDGETS: BUDGETS } }));
  } catch (error) {
    await stop();
    throw error;
  }
  process.env[INSTANCES] = JSON.stringify(instances.map(({ dataDir, baseUrl }) => ({ dataDir, baseUrl })));
  return stop;
}
