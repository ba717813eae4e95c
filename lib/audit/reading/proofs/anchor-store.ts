import "server-only";
import { z } from "zod";
import type { EntryAnchors } from "@/lib/audit/schema";
import type { Tx } from "@/lib/db/transaction";

const Size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Mark = z.object({ name: z.string(), kind: z.enum(["own", "independent"]), timestamp: z.number() });
const Newest = z.object({ size: Size, published_at: z.coerce.date(), witnesses: z.array(Mark) });
const Stamp = z.object({ size: Size, at: z.coerce.date() });

/**
 * Returns the newest checkpoint, if it covers the entry, and the earliest one with a time stamp; one index look-up
 * each.
 */
export async function readAnchors(tx: Tx, log: string, seq: number): Promise<EntryAnchors> {
  const newest = await tx.$queryRawUnsafe(
    "SELECT size, published_at, witnesses FROM audit_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1",
    log,
  );
  const stamped = await tx.$queryRawUnsafe(
    `SELECT size, time_stamped_at AS at FROM audit_checkpoint
     WHERE log = $1 AND size > $2::bigint AND time_stamped_at IS NOT NULL ORDER BY size LIMIT 1`,
    log,
    BigInt(seq),
  );
  const [checkpoint] = z.array(Newest).parse(newest);
  const [stamp] = z.array(Stamp).parse(stamped);
  return {
    checkpoint:
      checkpoint === undefined || checkpoint.size <= seq
        ? null
        : {
            size: checkpoint.size,
            published_at: checkpoint.published_at.toISOString(),
            witnesses: checkpoint.witnesses.map(({ name, kind, timestamp }) => ({
              name,
              kind,
              at: new Date(timestamp * 1_000).toISOString(),
            })),
          },
    time_stamp: stamp === undefined ? null : { size: stamp.size, at: stamp.at.toISOString() },
  };
}
