import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DbContext } from "@/lib/db/transaction";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import type { Runtime } from "@/lib/runtime/slot";

/** What making demonstration data needs of a portal. */
export type SeedRuntime = Pick<
  Runtime,
  "db" | "instance" | "clock" | "keystore" | "escrow" | "audit" | "logger" | "policies" | "apiKeySecret"
>;

/** The context for acts of the first start itself: no person did them. */
export function systemContext(runtime: SeedRuntime): DbContext & AuditContext & ApiKeySecret {
  const { db, instance, clock, audit, apiKeySecret } = runtime;
  const requestId = uuidv7(clock.nowMs());
  return { db, instance, clock, audit, apiKeySecret, client: {}, requestId, system: "seed" };
}

/** A demonstration person's context, as a request with their key would have it. */
export function contextOf(runtime: SeedRuntime, principal: Principal): Context {
  const { db, instance, clock, keystore, escrow, audit, logger, policies } = runtime;
  const requestId = uuidv7(clock.nowMs());
  return { db, instance, clock, keystore, escrow, audit, logger, policies, principal, client: {}, requestId };
}
