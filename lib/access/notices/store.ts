import "server-only";
import { z } from "zod";
import { readNoticeRules } from "@/lib/access/notices/rule-store";
import { NoticeInstrument } from "@/lib/access/notices/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { GroupName, Purpose } from "@/lib/vocabulary";

const Disclosed = z.object({
  request_id: z.string(),
  reference: z.string(),
  participant: z.string(),
  organisation: z.string(),
  kind: NoticeInstrument,
  purpose: Purpose,
  transactions: z.array(z.string()),
  groups: z.array(GroupName),
  first_at: z.date(),
  last_at: z.date(),
  sealed_until: z.date().nullable(),
  state: z.enum(["sent", "withheld"]).nullable(),
  reason: z.string().nullable(),
  by_name: z.string().nullable(),
  at: z.date().nullable(),
});
/** What was disclosed of one participant's records under one request, with the newest decision on its notice. */
export type DisclosedRow = z.infer<typeof Disclosed>;

/** The reader of a list. */
export interface NoticeReader {
  readonly tenantId: string;
  readonly userId: string;
  readonly organisationId: string;
}

/**
 * Returns ids of requests under which something was opened and whose kind has notice, newest first. It leaves out
 * requests of the reader's own organisations, by any of their accounts or memberships, and requests where a participant
 * of one is a party: neither side decides.
 */
export async function listNoticeRequests(
  tx: Tx,
  reader: NoticeReader,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<string[]> {
  const rules = (await readNoticeRules(tx, reader.tenantId)).filter(({ notice }) => notice === "queued");
  const kinds = rules.map(({ kind }) => kind);
  const purposes = rules.map(({ purpose }) => purpose);
  const after = page.after === undefined ? Prisma.empty : Prisma.sql`AND r.id < ${page.after}::uuid`;
  const own = Prisma.sql`(SELECT ${reader.organisationId}::uuid UNION SELECT own_organisations(${reader.userId}::uuid))`;
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    SELECT r.id::text FROM access_request r
      LEFT JOIN legal_authorization a ON a.request_id = r.id AND a.record_digest = r.authorization_digest
    WHERE r.tenant_id = ${reader.tenantId}::uuid ${after}
      AND (coalesce(a.kind, 'none'), r.purpose) IN (SELECT * FROM unnest(${kinds}::text[], ${purposes}::text[]))
      AND r.organisation_id NOT IN ${own}
      AND r.requester_user_id NOT IN (SELECT same_human(${reader.userId}::uuid))
      AND NOT EXISTS (SELECT 1 FROM transaction_participant t JOIN participant p ON p.id = t.participant_id
        WHERE t.transaction_id::text = ANY (r.transactions) 
          AND p.organisation_id IN ${own})
      AND EXISTS (SELECT 1 FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
        WHERE g.request_id = r.id AND d.outcome = 'done')
    ORDER BY r.id DESC LIMIT ${page.limit}`);
  return rows.map(({ id }) => id);
}

/** Returns what was opened under these requests, by participant. */
export async function readDisclosed(
  tx: Tx,
  requestIds: readonly string[],
): Promise<Readable<DisclosedRow>[]> {
  if (requestIds.length === 0) return [];
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT r.id::text AS request_id, r.reference, o.participant_id AS participant, org.name AS organisation,
      coalesce(a.kind, 'none') AS kind, r.purpose, o.transactions, o.groups, o.first_at, o.last_at,
      request_seal(r.id) AS sealed_until,
      n.state, n.reason, u.name AS by_name, n.at
    FROM (
      SELECT g.request_id, p.participant_id, array_agg(DISTINCT d.transaction_id::text) AS transactions,
        (SELECT array_agg(DISTINCT x) FROM unnest(string_to_array(string_agg(array_to_string(d.groups, ','), ','), ',')) x)
          AS groups,
        min(d.at) AS first_at, max(d.at) AS last_at
      FROM disclosure d JOIN access_grant g ON g.id = d.grant_id
        JOIN transaction_participant p ON p.transaction_id = d.transaction_id
      WHERE g.request_id = ANY (${[...requestIds]}::uuid[]) AND d.outcome = 'done'
      GROUP BY g.request_id, p.participant_id) o
    JOIN access_request r ON r.id = o.request_id
    JOIN participant pa ON pa.id = o.participant_id
    JOIN organisation org ON org.id = pa.organisation_id
    LEFT JOIN legal_authorization a ON a.request_id = r.id AND a.record_digest = r.authorization_digest
    LEFT JOIN LATERAL (SELECT s.state, s.reason, s.user_id, s.at FROM subject_notice s
      WHERE s.request_id = r.id AND s.participant_id = o.participant_id ORDER BY s.id DESC LIMIT 1) n ON true
    LEFT JOIN app_user u ON u.id = n.user_id
    ORDER BY r.id DESC, o.participant_id`);
  return readRows(rows, (row) => Disclosed.parse(row));
}

export interface NewNotice {
  readonly id: string;
  readonly tenantId: string;
  readonly of: DisclosedRow;
  readonly state: "sent" | "withheld";
  readonly reason: string | undefined;
  readonly userId: string;
  readonly at: Date;
}

/** Stores a person's decision. The database checks the person, what was opened, and the seal. */
export async function insertNotice(tx: Tx, row: NewNotice): Promise<void> {
  const { of } = row;
  await tx.subject_notice.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        request_id: of.request_id,
        participant_id: of.participant,
        state: row.state,
        transactions: of.transactions,
        groups: of.groups,
        first_at: of.first_at,
        last_at: of.last_at,
        reason: row.reason ?? null,
        user_id: row.userId,
        at: row.at,
      },
    ],
  });
}

const Sent = z.object({
  id: z.string(),
  at: z.date(),
  kind: NoticeInstrument,
  transactions: z.array(z.string()),
  groups: z.array(GroupName),
  first_at: z.date(),
  last_at: z.date(),
});
export type SentRow = z.infer<typeof Sent>;

/** Returns notices that were sent to a participant, newest first. */
export async function listSentNotices(
  tx: Tx,
  tenantId: string,
  page: { readonly participantId: string; readonly after: string | undefined; readonly limit: number },
): Promise<Readable<SentRow>[]> {
  const after = page.after === undefined ? Prisma.empty : Prisma.sql`AND n.id < ${page.after}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT n.id::text, n.at, coalesce(a.kind, 'none') AS kind, n.transactions::text[], n.groups, n.first_at, n.last_at
    FROM subject_notice n JOIN access_request r ON r.id = n.request_id
      LEFT JOIN legal_authorization a ON a.request_id = r.id AND a.record_digest = r.authorization_digest
    WHERE n.tenant_id = ${tenantId}::uuid AND n.participant_id = ${page.participantId} AND n.state = 'sent' ${after}
    ORDER BY n.id DESC LIMIT ${page.limit}`);
  return readRows(rows, (row) => Sent.parse(row));
}
