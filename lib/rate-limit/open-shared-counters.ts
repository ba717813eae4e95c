import "server-only";
import { readFile } from "node:fs/promises";
import { EnvironmentError } from "@/lib/env";
import { type CounterEnv, counterProblem } from "@/lib/env/counters";
import { openRedisCounters } from "@/lib/rate-limit/redis-counters";
import type { SharedCounters } from "@/lib/rate-limit/shared-counters";
import { openUpstashCounters } from "@/lib/rate-limit/upstash-counters";

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new EnvironmentError("REDIS_CA_FILE names a file that cannot be read");
  }
}

/**
 * Returns the shared counters that the environment names; undefined without one. Upstash is used before Redis where
 * both are named. Throws EnvironmentError for settings that contradict each other; it names variables, never their
 * values.
 */
export async function openSharedCounters(
  env: CounterEnv,
  onError: (code: string) => void,
): Promise<SharedCounters | undefined> {
  const problem = counterProblem(env);
  if (problem !== undefined) throw new EnvironmentError(problem);
  const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, REDIS_URL, REDIS_CA_FILE } = env;
  if (UPSTASH_REDIS_REST_URL !== undefined && UPSTASH_REDIS_REST_TOKEN !== undefined)
    return openUpstashCounters({ url: UPSTASH_REDIS_REST_URL, token: UPSTASH_REDIS_REST_TOKEN });
  if (REDIS_URL === undefined) return undefined;
  const ca = REDIS_CA_FILE === undefined ? undefined : await readCa(REDIS_CA_FILE);
  return openRedisCounters({ url: REDIS_URL, ca, onError });
}
