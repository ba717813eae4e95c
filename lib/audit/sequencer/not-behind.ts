import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { callService, ServiceUnavailable } from "@/lib/ipc/client";
import { readHead } from "./store";

const TIMEOUT_MS = 2_000;
const Health = z.object({ size: z.int().min(0), floor_days: z.int().min(0) });

/** The signer's own state; undefined if the signer does not answer. */
async function askHealth(signerUrl: string): Promise<z.infer<typeof Health> | undefined> {
  try {
    const { body } = await callService(signerUrl, { method: "GET", path: "/healthz", timeoutMs: TIMEOUT_MS });
    return Health.parse(JSON.parse(body.toString("utf8")));
  } catch (error) {
    if (error instanceof ServiceUnavailable) return undefined;
    throw error;
  }
}

/** The signer signs no pruning of entries younger than this many days; undefined if the signer does not answer. */
export async function askFloorDays(signerUrl: string): Promise<number | undefined> {
  return (await askHealth(signerUrl))?.floor_days;
}

/**
 * The database has fewer entries than the signer signed, for example after a restore. It must be recovered before
 * integration.
 */
export class LogBehind extends Error {
  override readonly name = "LogBehind";
}

/**
 * Requires that the log is not shorter than the tree that the signer signed. Otherwise entries integrated between a
 * restore and its recovery would take the places of signed entries. A signer that does not answer does not block
 * integration; the recovery then moves the new entries behind the signed ones. The signer is asked first, because the
 * tree grows meanwhile.
 */
export async function requireNotBehind(pool: Pool, log: string, signerUrl: string): Promise<void> {
  const size = (await askHealth(signerUrl))?.size;
  if (size === undefined) return;
  const held = (await readHead(pool, log))?.size ?? 0;
  if (held < size)
    throw new LogBehind(`the database holds ${held} entries, ${size} are signed: npm run recover`);
}
