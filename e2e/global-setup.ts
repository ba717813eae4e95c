import type { FullConfig } from "@playwright/test";
import { startInstances } from "./support/start-instances";

/** Prepares one instance, building the program if needed, and starts a copy of it for each worker. */
export default ({ workers }: FullConfig): Promise<() => Promise<void>> => startInstances(workers);
