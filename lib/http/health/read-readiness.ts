import "server-only";
import type { z } from "zod";
import type { Readiness } from "@/lib/api-client/operations/system";
import { readHealth } from "@/lib/http/health/read-health";

/** Returns whether database and migrations are ready. Other parts that are down are named and do not count. */
export async function readReadiness(): Promise<z.infer<typeof Readiness>> {
  const health = await readHealth();
  const degraded = health.parts.filter((part) => part.name !== "database" && part.state !== "up");
  return {
    ready: health.database && health.migrations,
    database: health.database,
    migrations: health.migrations,
    call_counter: health.counter,
    degraded: degraded.map((part) => part.name),
  };
}
