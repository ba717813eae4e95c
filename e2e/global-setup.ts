import { startInstance } from "../lib/testing/instance";

/** One instance for the whole run, as `npm start` makes it; its data folder is passed on in the environment. */
export default async function setUp(): Promise<() => Promise<void>> {
  const instance = await startInstance({
    env: {
      RATE_BUDGETS:
        '{"reads":100000,"writes":100000,"open":100000,"audit":100000,"decisions":100000,"batch":10000,"export":10000,"sign_in":10000}',
    },
  });
  process.env.SEALPORT_E2E_DATA_DIR = instance.dataDir;
  process.env.SEALPORT_E2E_BASE_URL = instance.baseUrl;
  return () => instance.stop();
}
