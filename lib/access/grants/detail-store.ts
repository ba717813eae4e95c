import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { GroupName, Level } from "@/lib/vocabulary";

/** One disclosure under a grant, as recorded. */
export interface GrantOpeningRow {
  readonly at: Date;
  readonly byUserId: string;
  readonly transactionId: string;
  readonly groups: readonly GroupName[];
  readonly level: Level;
  readonly outcome: "intent" | "done" | "failed";
  /** Entry of its outcome, or of the intent while it has no outcome. */
  readonly entryId: string;
}

const Row = z.object({
  user_id: z.string(),
  transaction_id: z.string(),
  groups: z.array(GroupName),
  level: Level,
  outcome: z.enum(["intent", "done", "failed"]),
  intent_entry_id: z.string(),
  outcome_entry_id: z.string().nullable(),
  at: z.date(),
});

/** Returns everything that was opened under a grant, newest first. */
export async function listOpenings(tx: Tx, grantId: string, limit: number): Promise<GrantOpeningRow[]> {
  const rows = await tx.disclosure.findMany({
    where: { grant_id: grantId },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit,
    omit: { statement: true, proof: true },
  });
  return rows.map((record) => {
    const row = Row.parse(record);
    return {
      at: row.at,
      byUserId: row.user_id,
      transactionId: row.transaction_id,
      groups: row.groups,
      level: row.level,
      outcome: row.outcome,
      entryId: row.outcome_entry_id ?? row.intent_entry_id,
    };
  });
}

/** Returns how many transactions were opened under each of these grants. */
export async function countOpened(tx: Tx, grantIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw<{ grant_id: string; n: number }[]>(Prisma.sql`
    SELECT grant_id, count(DISTINCT transaction_id)::int AS n FROM disclosure
    WHERE grant_id = ANY (${[...grantIds]}::uuid[]) AND outcome = 'done' GROUP BY grant_id`);
  return new Map(rows.map((row) => [row.grant_id, row.n]));
}

/** Returns who revoked a grant, and why; undefined when it is not revoked. */
export async function findRevoker(
  tx: Tx,
  grantId: string,
): Promise<{ readonly byUserId: string | undefined; readonly reason: string | undefined } | undefined> {
  const row = await tx.grant.findUnique({
    where: { id: grantId },
    select: { revoked_at: true, revoked_by: true, revoke_reason: true },
  });
  if (row === null || row.revoked_at === null) return undefined;
  return { byUserId: row.revoked_by ?? undefined, reason: row.revoke_reason ?? undefined };
}
