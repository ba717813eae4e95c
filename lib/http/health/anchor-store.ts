import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";

const Size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Newest = z.object({ size: Size, published_at: z.coerce.date(), witnesses: z.unknown() });
const Last = z.object({ name: z.string(), timestamp: Size, size: Size });
const Stamp = z.object({ size: Size, at: z.coerce.date() });

/** What the database knows of who vouched for the log lately. */
export interface StoredAnchors {
  readonly newest: z.infer<typeof Newest> | undefined;
  /** Each witness's newest cosignature among the newest checkpoints. */
  readonly last: readonly z.infer<typeof Last>[];
  readonly stamp: z.infer<typeof Stamp> | undefined;
}

/** Checkpoints that are looked through for a witness's last word: at two seconds each an hour of them. */
const LOOKED_AT = 2_000;

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
    `SELECT n.name, f.size, (f.mark ->> 'timestamp')::bigint AS timestamp FROM unnest($2::text[]) AS n(name)
     CROSS JOIN LATERAL (
       SELECT c.size, m.mark
       FROM (SELECT size, witnesses FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT $3) c
       CROSS JOIN LATERAL jsonb_array_elements(c.witnesses) AS m(mark)
       WHERE m.mark ->> 'name' = n.name ORDER BY c.size DESC LIMIT 1) f`,
    log,
    [...names],
    LOOKED_AT,
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
