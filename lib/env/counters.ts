import "server-only";
import { z } from "zod";

const Text = z.string().min(1);

function isLoopback(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

/** A token is sent with every request: over plain http only to this machine itself. */
const RestUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  // Also runs for what is not a URL, which has its own fault.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.protocol === "https:" || isLoopback(url.hostname);
}, "not https");

/** Where calls are counted in addition to PostgreSQL: an Upstash database, or a Redis or Valkey server. */
export const counterFields = {
  UPSTASH_REDIS_REST_URL: RestUrl.optional(),
  UPSTASH_REDIS_REST_TOKEN: Text.optional(),
  /** `redis://user:password@host:6379/0`, or `rediss://…` with TLS. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  /** A file of certificates in PEM that a `rediss://` server's is checked against, in place of the system's. */
  REDIS_CA_FILE: Text.optional(),
};

export interface CounterEnv {
  readonly UPSTASH_REDIS_REST_URL?: string | undefined;
  readonly UPSTASH_REDIS_REST_TOKEN?: string | undefined;
  readonly REDIS_URL?: string | undefined;
  readonly REDIS_CA_FILE?: string | undefined;
}

/** Returns why these settings contradict each other, with names of variables only, or undefined. */
export function counterProblem(env: CounterEnv): string | undefined {
  if ((env.UPSTASH_REDIS_REST_URL === undefined) !== (env.UPSTASH_REDIS_REST_TOKEN === undefined))
    return "set both UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or neither";
  if (env.REDIS_CA_FILE !== undefined && env.REDIS_URL?.startsWith("rediss:") !== true)
    return "REDIS_CA_FILE needs a REDIS_URL that begins with rediss://";
  return undefined;
}

/** Where calls are counted that are refused when they cannot be counted. */
export type CountingStore = "upstash" | "redis" | "postgresql";

/** The store that these variables name; Upstash before Redis where both are named. */
export function countingStore(env: CounterEnv): CountingStore {
  if (env.UPSTASH_REDIS_REST_URL !== undefined) return "upstash";
  return env.REDIS_URL === undefined ? "postgresql" : "redis";
}
