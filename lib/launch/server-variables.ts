import "server-only";
import path from "node:path";
import { StartError } from "@/lib/db/embedded/start-error";
import { type CounterEnv, counterProblem } from "@/lib/env/counters";

type ScannerEnv = Readonly<Partial<Record<"CLAMD_SOCKET" | "CLAMD_HOST" | "CLAMD_PORT", string | undefined>>>;

/**
 * Returns the variables of external servers that the portal uses: the call counter and the document scanner. Throws
 * StartError, which names variables only, for counter settings that contradict each other.
 */
export function serverVariables(env: CounterEnv & ScannerEnv): Record<string, string | undefined> {
  const problem = counterProblem(env);
  if (problem !== undefined) throw new StartError(problem);
  const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, REDIS_URL, REDIS_CA_FILE } = env;
  return {
    UPSTASH_REDIS_REST_URL,
    UPSTASH_REDIS_REST_TOKEN,
    REDIS_URL,
    CLAMD_SOCKET: env.CLAMD_SOCKET,
    CLAMD_HOST: env.CLAMD_HOST,
    CLAMD_PORT: env.CLAMD_PORT,
    REDIS_CA_FILE: REDIS_CA_FILE === undefined ? undefined : path.resolve(REDIS_CA_FILE),
  };
}
