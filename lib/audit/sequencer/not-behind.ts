import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { readHead } from "./store";

const TIMEOUT_MS = 2_000;
const Health = z.object({ size: z.int().min(0), floor_days: z.int().min(0) });

/** What the signer says of itself; undefined where it does not answer. */
async function askHealth(signerUrl: string): Promise<z.infer<typeof Health> | undefined> {
  try {
    const { body } = await callService(signerUrl, { method: "GET", path: "/healthz", timeoutMs: TIMEOUT_MS });
    return Health.parse(JSON.parse(body.toString("utf8")));
  } catch (error) {
    if (error instanceof ServiceUnavailable) return undefined;
    throw error;
  }
}

/** Days below which the signer signs no pruning; undefined where it does not answer. */
export async function askFloorDays(signerUrl: string): Promise<number | undefined> {
  return (await askHealth(signerUrl))?.floor_days;
}

/** The database is behind what was signed, as after a restore: nothing may be integrated before its recovery. */
export class LogBehind extends Error {
  override readonly name = "LogBehind";
}

/**
 * Requires that the log is not shorter than what the signer has signed: entries integrated after a restore and before
 * its recovery would stand where signed ones stand. A signer that does not answer holds nobody up; what is integrated
 * then is moved behind by the recovery. The signer is asked first, since the tree grows meanwhile.
 */
export async function requireNotBehind(pool: Pool, log: string, signerUrl: string): Promise<void> {
  const size = (await askHealth(signerUrl))?.size;
  if (size === undefined) return;
  const held = (await readHead(pool, log))?.size ?? 0;
  if (held < size)
    throw new LogBehind(`the database holds ${held} entries, ${size} are signed: npm run recover`);
}
