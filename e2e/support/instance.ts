import { z } from "zod";
import { type Demo, readDemo } from "./api";

/** The environment variable by which e2e/global-setup.ts passes the workers their instances. */
export const INSTANCES = "SEALPORT_E2E_INSTANCES";

const Instances = z.array(z.object({ dataDir: z.string(), baseUrl: z.string() }));

/** Returns this worker's instance. No other test uses it while a spec runs. */
function own(): z.infer<typeof Instances>[number] {
  const found = Instances.parse(JSON.parse(process.env[INSTANCES] ?? "[]"))[
    Number(process.env.TEST_PARALLEL_INDEX)
  ];
  if (found === undefined) throw new Error("e2e/global-setup.ts has not started an instance");
  return found;
}

/** Returns the data folder of this worker's instance. */
export const dataDir = (): string => own().dataDir;

/** Returns the address of this worker's instance. */
export const baseUrl = (): string => own().baseUrl;

export function demo(): Demo {
  return readDemo(dataDir());
}
