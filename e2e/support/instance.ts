import { z } from "zod";
import { type Demo, readDemo } from "./api";

/** The environment variable by which e2e/global-setup.ts tells the workers where their instances are. */
export const INSTANCES = "SEALPORT_E2E_INSTANCES";

const Instances = z.array(z.object({ dataDir: z.string(), baseUrl: z.string() }));

/** The instance of this worker: nobody else uses it while a spec runs. */
function own(): z.infer<typeof Instances>[number] {
  const found = Instances.parse(JSON.parse(process.env[INSTANCES] ?? "[]"))[
    Number(process.env.TEST_PARALLEL_INDEX)
  ];
  if (found === undefined) throw new Error("e2e/global-setup.ts has not started an instance");
  return found;
}

/** The data folder of this worker's instance. */
export const dataDir = (): string => own().dataDir;

/** Where this worker's instance answers. */
export const baseUrl = (): string => own().baseUrl;

export function demo(): Demo {
  return readDemo(dataDir());
}
