import "server-only";
import type { Pool } from "pg";
import { z } from "zod";
import { askPeerIfUp } from "@/lib/ipc/peer-proof";
import { readHead } from "./store";

const TIMEOUT_MS = 2_000;
const Health = z.object({ size: z.int().min(0), floor_days: z.int().min(0) });

/** Where the signer is asked, and the key by which its answer is known. */
export interface SignerPlace {
  readonly signerUrl: string;
  readonly logVkey: string;
}

/** The signer's own state; undefined if the signer does not answer, or another program answers in its place. */
async function askHealth({ signerUrl, logVkey }: SignerPlace): Promise<z.infer<typeof Health> | undefined> {
  const health = await askPeerIfUp(signerUrl, logVkey, TIMEOUT_MS);
  return health === undefined ? undefined : Health.parse(health);
}

/** The signer signs no pruning of entries younger than this many days; undefined if the signer does not answer. */
export async function askFloorDays(signer: SignerPlace): Promise<number | undefined> {
  return (await askHealth(signer))?.floor_days;
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
export async function requireNotBehind(pool: Pool, log: string, signer: SignerPlace): Promise<void> {
  const size = (await askHealth(signer))?.size;
  if (size === undefined) return;
  const held = (await readHead(pool, log))?.size ?? 0;
  if (held < size)
    throw new LogBehind(`the database holds ${held} entries, ${size} are signed: npm run recover`);
}
