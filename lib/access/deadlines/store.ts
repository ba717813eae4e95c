import "server-only";
import { z } from "zod";
import {
  CLOSE_AFTER_MS,
  EXECUTIVE_AFTER_MS,
  REMINDER_MS,
  type Standing,
  UNANSWERED,
} from "@/lib/access/deadlines/due";
import { Escalation, RequestState } from "@/lib/access/requests/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { Purpose } from "@/lib/vocabulary";

/** Returns ids of requests for which a step may be due now. The locked row decides whether it is due. */
export async function listDue(
  tx: Tx,
  wanted: {
    readonly tenantId: string;
    readonly now: Date;
    readonly after: string | undefined;
    readonly limit: number;
  },
): Promise<string[]> {
  const { tenantId, now, after, limit } = wanted;
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  const place = Prisma.sql`r.tenant_id = ${tenantId}::uuid
    ${after === undefined ? Prisma.empty : Prisma.sql`AND r.id > ${after}::uuid`}`;
  const end = Prisma.sql`ORDER BY r.id LIMIT ${limit}`;
  // One condition for each index, so that only due rows are read.
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT DISTINCT due.id FROM (
      (SELECT r.id FROM access_request r WHERE ${place}
        AND r.state IN ('document_check', 'stage_1', 'stage_2', 'extended', 'objected') AND r.response_due_at <= ${now} ${end})
      UNION ALL
      (SELECT r.id FROM access_request r WHERE ${place}
        AND r.state IN ('stage_1', 'stage_2', 'extended', 'objected') AND r.due_at <= ${before(-REMINDER_MS)}
        AND (r.reminders < 1 OR r.due_at <= ${now} AND (r.reminders < 2 OR r.response_due_at IS NULL)) ${end})
      UNION ALL
      (SELECT r.id FROM access_request r WHERE ${place} AND r.state = 'overdue'
        AND r.escalated_to = 'compliance' AND r.escalated_at <= ${before(EXECUTIVE_AFTER_MS)} ${end})
      UNION ALL
      (SELECT r.id FROM access_request r JOIN access_grant g ON g.request_id = r.id
        WHERE ${place} AND r.state IN ('approved', 'active', 'partial')
          AND (g.not_after <= ${now} OR r.state <> 'approved' AND g.views_used >= g.max_views) ${end})
      UNION ALL
      (SELECT r.id FROM access_request r JOIN access_request c ON c.continues_id = r.id
        WHERE ${place} AND r.state = 'partial' AND c.state <> ALL (${[...UNANSWERED]}) ${end})
      UNION ALL
      (SELECT r.id FROM access_request r WHERE ${place}
        AND r.state IN ('expired', 'revoked', 'exhausted', 'denied') AND r.updated_at <= ${before(CLOSE_AFTER_MS)} ${end})
    ) due ORDER BY due.id LIMIT ${limit}`);
  return rows.map(({ id }) => id);
}

/** A request as the clock sees it, with what an entry about it names. */
export interface StandingRow extends Standing {
  readonly id: string;
  readonly purpose: Purpose;
  readonly grantId: string | undefined;
}

const Row = z.object({
  id: z.string(),
  purpose: Purpose,
  state: RequestState,
  due_at: z.date().nullable(),
  response_due_at: z.date().nullable(),
  escalated_to: Escalation.nullable(),
  escalated_at: z.date().nullable(),
  reminders: z.number(),
  updated_at: z.date(),
  grant_id: z.string().nullable(),
  not_after: z.date().nullable(),
  is_used_up: z.boolean().nullable(),
  rest: RequestState.nullable(),
});

/**
 * Locks the request until the transaction ends and returns its current row, with its grant and the request for its
 * rest.
 */
export async function lockStanding(tx: Tx, tenantId: string, id: string): Promise<StandingRow | undefined> {
  const held = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT id FROM access_request WHERE id = ${id}::uuid AND tenant_id = ${tenantId}::uuid FOR UPDATE`,
  );
  if (held.length === 0) return undefined;
  // A separate statement: it sees what the previous holder of the lock has committed.
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT r.id, r.purpose, r.state, r.due_at, r.response_due_at, r.escalated_to, r.escalated_at, r.reminders, r.updated_at,
      g.id AS grant_id, g.not_after, g.views_used >= g.max_views AS is_used_up,
      (SELECT c.state FROM access_request c WHERE c.continues_id = r.id) AS rest
    FROM access_request r LEFT JOIN access_grant g ON g.request_id = r.id WHERE r.id = ${id}::uuid`);
  const row = Row.parse(rows[0]);
  return {
    id: row.id,
    purpose: row.purpose,
    state: row.state,
    dueAt: row.due_at ?? undefined,
    responseDueAt: row.response_due_at ?? undefined,
    escalatedTo: row.escalated_to ?? undefined,
    escalatedAt: row.escalated_at ?? undefined,
    reminders: row.reminders,
    updatedAt: row.updated_at,
    grantId: row.grant_id ?? undefined,
    grant:
      row.not_after === null ? undefined : { notAfter: row.not_after, isUsedUp: row.is_used_up === true },
    rest: row.rest ?? undefined,
  };
}

/** Stores how often its reviewers have been reminded. The caller holds the row's lock. */
export async function setReminders(tx: Tx, id: string, reminders: number): Promise<void> {
  await tx.access_request.updateMany({ where: { id }, data: { reminders } });
}

/** Stores to whom the overdue request has escalated. The caller holds the row's lock. */
export async function setEscalation(tx: Tx, id: string, to: Escalation, at: Date): Promise<void> {
  await tx.access_request.updateMany({ where: { id }, data: { escalated_to: to, escalated_at: at } });
}

const Linked = z.object({ id: z.string(), reference: z.string(), state: RequestState });

type LinkedRequest = z.infer<typeof Linked>;

/** The request for the rest of one, and the request of which it is the rest. */
export interface LinkedRequests {
  readonly rest: LinkedRequest | undefined;
  readonly first: LinkedRequest | undefined;
}

const FIND_LINKED = statement<{ readonly id: string }, { readonly rest: unknown; readonly first: unknown }>(
  "find-linked-requests",
)`
  SELECT row_to_json(c) AS rest, row_to_json(b) AS first FROM access_request r
  LEFT JOIN (SELECT id, reference, state, continues_id FROM access_request) c ON c.continues_id = r.id
  LEFT JOIN (SELECT id, reference, state FROM access_request) b ON b.id = r.continues_id
  WHERE r.id = ${({ id }) => id}::uuid`;

/** Returns the requests that continue each other. */
export async function findLinked({ run }: Running, id: string): Promise<LinkedRequests> {
  const [row] = await run(FIND_LINKED, { id });
  const parse = (linked: unknown) => Linked.nullish().parse(linked) ?? undefined;
  return { rest: parse(row?.rest), first: parse(row?.first) };
}
