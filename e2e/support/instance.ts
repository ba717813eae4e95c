import { type Demo, readDemo } from "./api";

/** The data folder of the instance that e2e/global-setup.ts started for this run. */
export function dataDir(): string {
  const found = process.env.SEALPORT_E2E_DATA_DIR;
  if (!found) throw new Error("e2e/global-setup.ts has not started an instance");
  return found;
}

export function demo(): Demo {
  return readDemo(dataDir());
}
