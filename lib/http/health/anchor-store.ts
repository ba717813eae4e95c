import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

const Size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Newest = z.object({ size: Size, published_at: z.coerce.date(), witnesses: z.unknown() });
const Last = z.object({ name: z.string(), timestamp: Size, size: Size });
const Stamp = z.object({ size: Size, at: z.coerce.date() });

/** What the database knows of the latest cosignatures of the log. */
export interface StoredAnchors {
  readonly newest: z.infer<typeof Newest> | undefined;
  /** Each witness's newest cosignature, however long ago. */
  readonly last: readonly z.infer<typeof Last>[];
  readonly stamp: z.infer<typeof Stamp> | undefined;
}

/** Reads the newest checkpoint, the last cosignature of each named witness, and the last stamp. */
export async function readStoredAnchors(
  tx: Tx,
  log: string,
  names: readonly string[],
): Promise<StoredAnchors> {
  const newest = await tx.$queryRawUnsafe(
    "SELECT size, published_at, witnesses FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
    log,
  );
  const last = await tx.$queryRawUnsafe(
    "SELECT name, size, timestamp FROM audit_witness WHERE log = $1 AND name = ANY ($2)",
    log,
    [...names],
  );
  const stamp = await tx.$queryRawUnsafe(
    `SELECT size, time_stamped_at AS at FROM audit_checkpoint
     WHERE log = $1 AND time_stamped_at IS NOT NULL ORDER BY size DESC LIMIT 1`,
    log,
  );
  return {
    newest: z.array(Newest).parse(newest)[0],
    last: z.array(Last).parse(last),
    stamp: z.array(Stamp).parse(stamp)[0],
  };
}
