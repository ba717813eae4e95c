// The room rate-limit: budgets of calls. budgets.ts has the classes, this file draws on them, shared-counters.ts
// counts in Redis or Upstash, ratelimit.ts in PostgreSQL or in memory, upload-slots.ts bounds parallel uploads. A
// class that is "closed" allows no call without its count; an "open" class continues while the counter is down.

import "server-only";
import type { Pool } from "pg";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hmacSha256 } from "@/lib/crypto/primitives";
import type { CountingStore } from "@/lib/env/counters";
import { DomainError } from "@/lib/errors";
import { type Budget, budgetsWith, type LimitClass, tenantBudget } from "@/lib/rate-limit/budgets";
import { insured } from "@/lib/rate-limit/insured";
import {
  databaseRatelimit,
  memoryRatelimit,
  type Ratelimit,
  type RatelimitResponse,
} from "@/lib/rate-limit/ratelimit";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { collectWith, counter } from "@/lib/telemetry/metrics/registry";

const countDraw = counter("sealport_limiter_draws_total");
const countUncounted = counter("sealport_limiter_uncounted_total");

/** A class and how many calls it allows in how many seconds. */
export interface Policy {
  readonly name: LimitClass;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** One draw on a budget. */
export interface Draw extends RatelimitResponse, Policy {}

/** The budgets of one process. */
export interface Limits {
  /** Where calls of the classes that fail closed are counted. */
  readonly store: CountingStore;
  /**
   * Takes one call, or `weight` calls, from the actor's budget. Throws `service.limiter-unavailable` (503) if the class
   * fails closed and its counter cannot be reached.
   */
  take(name: LimitClass, actor: string, weight?: number): Promise<Draw>;
  /** The budget of a class, before anything of it is drawn. */
  policy(name: LimitClass): Policy;
  /** Returns a drawn call to the budget when it should not count. */
  giveBack(name: LimitClass, actor: string): Promise<void>;
  /** Whether the shared counters answer; undefined where only the database counts. */
  isUp(): Promise<boolean | undefined>;
}

export interface LimitStores {
  readonly pool: Pool;
  /** The key that hashes actors, so that a counter's name does not identify a person. */
  readonly secret: Uint8Array;
  /** How long a draw in the database may take, in milliseconds; absent for the default. */
  readonly drawMs?: number | undefined;
  readonly shared?: SharedCounters | undefined;
  /** Called when the shared counters fail for a class that continues without them. */
  readonly onInsurance?: ((name: string) => void) | undefined;
}

type Overrides = Parameters<typeof budgetsWith>[0];

/** Stands for all actors of a tenant together. Its counter is not that of an actor with this name. */
const ALL = "all";

/** Returns the key of a counter. It shows no address, account or session, and two instances never share one. */
function keyOf(secret: Uint8Array, name: LimitClass, actor: string): string {
  return toBase64url(hmacSha256(secret, utf8(`sealport/limit/1\n${name}\n${actor}`)).subarray(0, 16));
}

function limiterFor(
  { pool, drawMs, shared, onInsurance }: LimitStores,
  name: string,
  budget: Budget,
): Ratelimit {
  if (budget.fails === "closed")
    return shared?.ratelimit(name, budget) ?? databaseRatelimit(name, budget, pool, drawMs);
  const own = memoryRatelimit(name, budget);
  const onFailure = (): void => {
    countUncounted(1, name);
    onInsurance?.(name);
  };
  return shared === undefined ? own : insured(shared.ratelimit(name, budget), own, onFailure);
}

/**
 * Draws on the tenant's budget too, and returns the actor's draw. The draw fails when the tenant's budget is spent;
 * before that it does not show how much others drew. `key` names this tenant's count among those of all tenants and
 * instances that share the counters.
 */
async function underTenant(draw: RatelimitResponse, tenant: Ratelimit, key: string, weight: number) {
  const { success, reset } = await tenant.limit(key, weight);
  return success ? draw : { ...draw, success, remaining: 0, reset };
}

/** Returns limiters that count in the given stores (identity.md "Rate limiting"). */
export function openLimits(stores: LimitStores, overrides: Overrides): Limits {
  const { secret, shared } = stores;
  const budgets = budgetsWith(overrides);
  const limiters = new Map<string, Ratelimit>();
  const named = (name: string, budget: Budget): Ratelimit => {
    const limiter = limiters.get(name) ?? limiterFor(stores, name, budget);
    limiters.set(name, limiter);
    return limiter;
  };
  const limiterOf = (name: LimitClass): Ratelimit => named(name, budgets[name]);
  const tenantOf = (name: LimitClass): Ratelimit | undefined => {
    const budget = tenantBudget(name, budgets[name]);
    return budget === undefined ? undefined : named(`tenant_${name}`, budget);
  };
  async function at<T>(name: LimitClass, run: (limiter: Ratelimit) => Promise<T>): Promise<T> {
    try {
      return await run(limiterOf(name));
    } catch (cause) {
      // Only classes that fail closed come here: they guard opening, deciding, exporting and signing in.
      countDraw(1, name, "unavailable");
      throw new DomainError("service.limiter-unavailable", { cause, retryAfterSeconds: 2 });
    }
  }
  if (shared !== undefined)
    collectWith("limiter", async () => [["sealport_limiter_up", (await shared.isUp()) ? 1 : 0, shared.kind]]);
  return {
    store: shared?.kind ?? "postgresql",
    async take(name, actor, weight = 1) {
      const drawn = await at(name, (limiter) => limiter.limit(keyOf(secret, name, actor), weight));
      const tenant = drawn.success ? tenantOf(name) : undefined;
      const response =
        tenant === undefined ? drawn : await underTenant(drawn, tenant, keyOf(secret, name, ALL), weight);
      countDraw(1, name, response.success ? "allowed" : "denied");
      return { ...response, name, windowSeconds: budgets[name].windowSeconds };
    },
    policy: (name) => ({ name, limit: budgets[name].limit, windowSeconds: budgets[name].windowSeconds }),
    giveBack: (name, actor) => at(name, (limiter) => limiter.giveBack(keyOf(secret, name, actor))),
    isUp: async () => shared?.isUp(),
  };
}

/**
 * Draws on an account's budget of proofs. Once that is spent the account is slowed down and not locked, because a lock
 * would let anyone keep its owner out: each place, an address or a session, may try once in half a minute.
 */
export async function takeOrSlow(limits: Limits, account: string, place: string): Promise<Draw> {
  const draw = await limits.take("sign_in", account);
  return draw.success ? draw : limits.take("sign_in_slow", `${account} ${place}`);
}

/** `RateLimit-Policy` of an answer without a draw. */
export function policyHeader({ name, limit, windowSeconds }: Policy): Record<string, string> {
  return { "ratelimit-policy": `"${name}";q=${limit};w=${windowSeconds}` };
}

/** `RateLimit-Policy`, `RateLimit` and, when spent, `Retry-After` (draft-ietf-httpapi-ratelimit-headers). */
export function limitHeaders(draw: Draw, nowMs: number): Record<string, string> {
  const seconds = Math.max(0, Math.ceil((draw.reset - nowMs) / 1000));
  return {
    ...policyHeader(draw),
    ratelimit: `"${draw.name}";r=${draw.remaining};t=${seconds}`,
    ...(draw.success ? {} : { "retry-after": String(Math.max(1, seconds)) }),
  };
}
