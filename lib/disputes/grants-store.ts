import "server-only";
import { z } from "zod";
import { LOG_OF_GRANT } from "@/lib/access/grants/store";
import { GrantState } from "@/lib/access/requests/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { GroupName } from "@/lib/vocabulary";

const Row = z.object({
  id: z.string(),
  subject_user_id: z.string(),
  state: GrantState,
  not_before: z.date(),
  not_after: z.date(),
  max_views: z.number(),
  views_used: z.number(),
  is_taken_back: z.boolean(),
  log: z.string().nullable(),
});

/** A grant that rests on a dispute. */
export interface DisputeGrant {
  readonly id: string;
  readonly subjectUserId: string;
  readonly state: GrantState;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly maxViews: number;
  readonly viewsUsed: number;
  /** Revoked by a person other than support: the party's permission ended with it. */
  readonly isTakenBack: boolean;
  /** Origin of the log that the custodian accepted it for; undefined before it has. */
  readonly log: string | undefined;
}

/** Returns every grant under a dispute, newest first. */
export async function listGrantsOfDispute(tx: Tx, disputeId: string): Promise<DisputeGrant[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT g.id, g.subject_user_id, g.state, g.not_before, g.not_after, g.max_views, g.views_used, ${LOG_OF_GRANT} AS log,
      (g.revoked_at IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM duty u WHERE u.user_id = g.revoked_by AND u.duty = 'support')) AS is_taken_back
    FROM access_grant g WHERE g.dispute_id = ${disputeId}::uuid ORDER BY g.id DESC`);
  return rows.map((record) => {
    const row = Row.parse(record);
    return {
      id: row.id,
      subjectUserId: row.subject_user_id,
      state: row.state,
      notBefore: row.not_before,
      notAfter: row.not_after,
      maxViews: row.max_views,
      viewsUsed: row.views_used,
      isTakenBack: row.is_taken_back,
      log: row.log ?? undefined,
    };
  });
}

/** One note of a dispute's thread. */
export interface NoteRow {
  readonly id: string;
  readonly byUserId: string;
  /** The author's participant; absent when support writes. */
  readonly participant: string | undefined;
  readonly text: string;
  readonly at: Date;
}

export async function listNotes(tx: Tx, disputeId: string): Promise<NoteRow[]> {
  const rows = await tx.dispute_note.findMany({ where: { dispute_id: disputeId }, orderBy: { id: "asc" } });
  const authors = await tx.app_user.findMany({
    where: { id: { in: [...new Set(rows.map((row) => row.by_user_id))] } },
    select: { id: true, participant_id: true },
  });
  const participants = new Map(authors.map((author) => [author.id, author.participant_id ?? undefined]));
  return rows.map((row) => ({
    id: row.id,
    byUserId: row.by_user_id,
    participant: participants.get(row.by_user_id),
    text: row.text,
    at: row.at,
  }));
}

/** One opening of masked fields. */
export interface OpeningRow {
  readonly at: Date;
  readonly byUserId: string;
  readonly groups: readonly GroupName[];
}

/** Returns openings under a dispute's grants, newest first. A dispute has few views, so the list is short. */
export async function listOpenings(tx: Tx, grantIds: readonly string[]): Promise<OpeningRow[]> {
  const rows = await tx.disclosure.findMany({
    where: { grant_id: { in: [...grantIds] }, outcome: "done" },
    orderBy: { id: "desc" },
    select: { at: true, user_id: true, groups: true },
  });
  return rows.map((row) => ({
    at: row.at,
    byUserId: row.user_id,
    groups: z.array(GroupName).parse(row.groups),
  }));
}
