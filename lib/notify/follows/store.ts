import "server-only";
import { z } from "zod";
import { caseIdSql } from "@/lib/access/cases/case-id-store";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { FollowKind } from "@/lib/notify/follows/schema";

const Row = z.object({ id: z.string(), kind: FollowKind, subject: z.string(), since: z.date() });
export type FollowRow = z.infer<typeof Row>;

const COLUMNS = Prisma.sql`id::text, kind, subject::text, since`;

/** Returns what a person follows, newest first. */
export async function listFollowRows(tx: Tx, userId: string): Promise<FollowRow[]> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT ${COLUMNS} FROM follow WHERE user_id = ${userId}::uuid ORDER BY id DESC`,
  );
  return z.array(Row).parse(rows);
}

/** Returns the person's own row for a thing; undefined where they do not follow it. */
export async function findFollowRow(
  tx: Tx,
  userId: string,
  { kind, subject }: Pick<FollowRow, "kind" | "subject">,
): Promise<FollowRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT ${COLUMNS} FROM follow
    WHERE user_id = ${userId}::uuid AND kind = ${kind} AND subject = ${subject}::uuid`);
  return z.array(Row).parse(rows)[0];
}

export function countFollows(tx: Tx, userId: string): Promise<number> {
  return tx.follow.count({ where: { user_id: userId } });
}

export async function insertFollow(
  tx: Tx,
  { id, kind, subject, since }: FollowRow,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
): Promise<void> {
  await tx.follow.createMany({
    data: [{ id, kind, subject, since, tenant_id: tenantId, user_id: userId }],
  });
}

/** Removes a row of this person. Returns it; undefined for another person's and for none. */
export async function removeFollow(tx: Tx, userId: string, id: string): Promise<FollowRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    DELETE FROM follow WHERE id = ${id}::uuid AND user_id = ${userId}::uuid RETURNING ${COLUMNS}`);
  return z.array(Row).parse(rows)[0];
}

/** An event of the outbox, as far as its followers depend on it. */
export interface FollowedEvent {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  /** Entry that records it. */
  readonly entryId: string | null;
}

/** The case of a grant's request, by its newest order; without the portal's case key no case is followed. */
function caseOf(cx: Pick<Context, "caseKey" | "instance">): Prisma.Sql {
  if (cx.caseKey === undefined) return Prisma.sql`NULL::uuid`;
  return Prisma.sql`(SELECT ${caseIdSql(cx)} FROM (
    SELECT r.organisation_id, a.plain_issuer, a.plain_number
    FROM access_request r JOIN legal_authorization a ON a.request_id = r.id
    WHERE r.id = g.request_id ORDER BY a.id DESC LIMIT 1) c)`;
}

const FollowerRow = z.object({ event: z.string(), person: z.string() });

/**
 * Returns who follows what these events are about, by event: the record of a transaction, and for an opening under a
 * grant its record, its request and the case of that request.
 */
export async function readFollowers(
  tx: Tx,
  cx: Pick<Context, "caseKey" | "instance">,
  events: readonly FollowedEvent[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { tenantId } = cx.instance;
  const [ids, kinds, subjects, entries] = [
    events.map(({ id }) => id),
    events.map(({ kind }) => kind),
    events.map(({ subject }) => subject),
    events.map(({ entryId }) => entryId),
  ];
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    WITH happened AS (
      SELECT * FROM unnest(${ids}::uuid[], ${kinds}::text[], ${subjects}::uuid[], ${entries}::uuid[])
        AS h (event, kind, subject, entry_id)),
    about AS (
      SELECT h.event, h.subject AS transaction_id, NULL::uuid AS request_id, NULL::uuid AS case_id
      FROM happened h WHERE h.kind = 'transaction'
      UNION ALL
      SELECT h.event, d.transaction_id, g.request_id, ${caseOf(cx)}
      FROM happened h JOIN disclosure d ON d.grant_id = h.subject AND d.outcome_entry_id = h.entry_id
        JOIN access_grant g ON g.id = d.grant_id
      WHERE h.kind = 'grant')
    SELECT DISTINCT a.event::text, f.user_id::text AS person FROM about a JOIN follow f
      ON f.tenant_id = ${tenantId}::uuid AND (f.kind, f.subject) IN
        (('transaction', a.transaction_id), ('request', a.request_id), ('case', a.case_id))`);
  const followers = new Map<string, Set<string>>();
  for (const { event, person } of z.array(FollowerRow).parse(rows))
    followers.set(event, (followers.get(event) ?? new Set()).add(person));
  return followers;
}
