import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DbContext } from "@/lib/db/transaction";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import type { Runtime } from "@/lib/runtime/slot";

/** The parts of a portal that are needed to make demonstration data. */
export type SeedRuntime = Pick<
  Runtime,
  "db" | "instance" | "clock" | "keystore" | "escrow" | "audit" | "logger" | "policies" | "apiKeySecret"
>;

/** Returns the context for acts of the first start, which no person carries out. */
export function systemContext(runtime: SeedRuntime): DbContext & AuditContext & ApiKeySecret {
  const { db, instance, clock, audit, apiKeySecret } = runtime;
  const requestId = uuidv7(clock.nowMs());
  return { db, instance, clock, audit, apiKeySecret, client: {}, requestId, system: "seed" };
}

/** Returns the context of a demonstration person, as in a request with their API key. */
export function contextOf(runtime: SeedRuntime, principal: Principal): Context {
  const { db, instance, clock, keystore, escrow, audit, logger, policies } = runtime;
  const requestId = uuidv7(clock.nowMs());
  return { db, instance, clock, keystore, escrow, audit, logger, policies, principal, client: {}, requestId };
}
