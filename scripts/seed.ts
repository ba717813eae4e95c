import { seedEnv } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { openRuntime } from "@/lib/runtime/portal";
import { seedDemonstration } from "@/lib/seed/seed-demonstration";

// Makes the demonstration data of a first start, with the portal's environment and keys, in its own process.
try {
  const env = seedEnv();
  await seedDemonstration(await openRuntime(), {
    demoFile: env.DEMO_FILE,
    baseUrl: env.BASE_URL,
    rosterFile: env.CUSTODIAN_ROSTER_FILE,
  });
} catch (error) {
  const message = error instanceof DomainError ? `${error.code}: ${error.message}` : undefined;
  const named = error instanceof Error ? error.name : "unknown failure";
  process.stderr.write(`${message ?? (error instanceof Error ? `${named}: ${error.message}` : named)}\n`);
  process.exit(1);
}
// Pools keep idle connections open, but no work is left.
process.exit(0);
