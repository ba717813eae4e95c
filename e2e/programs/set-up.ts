import { startInstances } from "../support/start-instances";

/** Starts one instance for all tests of this folder (vitest's global setup). Those that kill or restart processes start their own. */
export default async function setUp(): Promise<() => Promise<void>> {
  const stop = await startInstances(1);
  process.env.TEST_PARALLEL_INDEX = "0";
  return stop;
}
