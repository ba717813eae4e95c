import "server-only";
import type { z } from "zod";
import type { Readiness } from "@/lib/api-client/operations/system";
import { readHealth } from "@/lib/http/health/read-health";

/** Ready means database, migrations and policy; other parts that are away are named and keep nobody out. */
export async function readReadiness(): Promise<z.infer<typeof Readiness>> {
  const health = await readHealth();
  const degraded = health.parts.filter((part) => part.name !== "database" && part.state !== "up");
  return {
    ready: health.database && health.migrations,
    database: health.database,
    migrations: health.migrations,
    // The default rules are part of the program (access.md); versions from the database come later.
    policy: true,
    call_counter: health.counter,
    degraded: degraded.map((part) => part.name),
  };
}
