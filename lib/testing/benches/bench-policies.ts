import "server-only";
import { defaultSet } from "@/lib/access/policy/default-document";
import { systemClock } from "@/lib/clock";
import type { AuditContext } from "@/lib/context/context";
import type { Policies } from "@/lib/context/policies";
import type { DbContext } from "@/lib/db/transaction";
import { ActivePolicies } from "@/lib/policies/active-set";
import { beginPolicies } from "@/lib/policies/first-set";
import { createLogger } from "@/lib/telemetry/logger";

/** Begins the policies of a bench's tenant, as a portal's start does, and returns those of one process. */
export async function openBenchPolicies(
  { db, instance, audit }: Pick<AuditContext, "instance" | "audit"> & DbContext,
  logger = createLogger("test", "silent"),
): Promise<ActivePolicies> {
  const start = { db, instance, audit, clock: systemClock, client: {}, requestId: "test", system: "test" };
  await beginPolicies(start);
  const policies = new ActivePolicies({ db, instance, logger });
  await policies.check();
  return policies;
}

/** The default policies, whatever the database says: for benches whose tests are about other things. */
export function fixedPolicies(): Policies {
  return {
    active: defaultSet,
    follow: () => Promise.resolve(),
    check: () => Promise.resolve("active"),
  };
}
