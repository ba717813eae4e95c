import "server-only";
import { z } from "zod";
import { Stage } from "@/lib/access/requests/schema";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

/** Returns the newest question on each of these requests, and its author. */
export interface QuestionRow {
  readonly requestId: string;
  readonly stage: Stage;
  readonly text: string;
  readonly person: string;
  readonly at: Date;
}

const Question = z.object({
  request_id: z.string(),
  stage: Stage,
  comment: z.string(),
  name: z.string(),
  at: z.date(),
});

export async function findQuestions(tx: Tx, requestIds: readonly string[]): Promise<Readable<QuestionRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT DISTINCT ON (d.request_id) d.request_id, d.stage, d.comment, u.name, d.at
    FROM decision d JOIN app_user u ON u.id = d.approver_user_id
    WHERE d.decision = 'ask' AND d.request_id = ANY (${[...requestIds]}::uuid[])
    ORDER BY d.request_id, d.at DESC`);
  return readRows(rows, (record) => {
    const { request_id: requestId, stage, comment: text, name: person, at } = Question.parse(record);
    return { requestId, stage, text, person, at };
  });
}

/** Returns when the person was last here in an earlier session; undefined on a first visit. */
export async function findLastVisit(
  tx: Tx,
  userId: string,
  sessionId: string | undefined,
): Promise<Date | undefined> {
  const rows = await tx.$queryRaw<{ at: Date | null }[]>(Prisma.sql`
    SELECT max(s.last_seen_at) AS at FROM auth_session s
    WHERE s.user_id = ${userId}::uuid AND s.sid IS DISTINCT FROM ${sessionId ?? null}
      AND s.last_seen_at < coalesce((SELECT c.created_at FROM auth_session c WHERE c.sid = ${sessionId ?? null}), now())`);
  return rows[0]?.at ?? undefined;
}

/** Whose news are read. */
export interface NewsReader {
  readonly tenantId: string;
  readonly userId: string;
  /** Only of this person's requests; absent for reviewers. */
  readonly requestsOf: string | undefined;
  /** Requests that are sealed from the reader. */
  readonly sealed: readonly string[];
  /** Of this participant's transactions and their disputes. */
  readonly participant: string | undefined;
  readonly seesAllDisputes: boolean;
  readonly since: Date;
  readonly limit: number;
}

const NewsRow = z.object({
  kind: z.enum(["request", "transaction", "dispute"]),
  id: z.string(),
  reference: z.string(),
  event: z.string(),
  state: z.string().nullable(),
  at: z.date(),
});
export type NewsRow = z.infer<typeof NewsRow>;

/** States that only lead from one reported state to the next. */
const QUIET = ["submit", "check", "activate_grant"];
/** Only a participant's newest transactions are scanned, not all. */
const NEWS_TRANSACTIONS = 200;

function requestNews({ tenantId, userId, requestsOf, sealed, since }: NewsReader): Prisma.Sql {
  const own =
    requestsOf === undefined
      ? Prisma.sql`AND (r.requester_user_id = ${userId}::uuid
          OR r.digest IS NOT NULL AND r.id <> ALL (${[...sealed]}::uuid[]))`
      : Prisma.sql`AND r.requester_user_id = ${requestsOf}::uuid`;
  return Prisma.sql`
    SELECT 'request' AS kind, r.id, r.reference, e.kind AS event, e.to_state AS state, e.at
    FROM request_event e JOIN access_request r ON r.id = e.request_id
    WHERE e.tenant_id = ${tenantId}::uuid AND e.at > ${since} AND e.by_user_id IS DISTINCT FROM ${userId}::uuid
      AND e.kind <> ALL (${QUIET}) ${own}`;
}

function transactionNews({ userId, participant, since }: NewsReader): Prisma.Sql {
  return Prisma.sql`
    SELECT 'transaction', t.id, t.job_id, v.change, v.after ->> 'status', v.at::timestamptz
    FROM (SELECT p.transaction_id FROM transaction_participant p WHERE p.participant_id = ${participant ?? ""}
      ORDER BY p.created_at_us DESC, p.transaction_id DESC LIMIT ${NEWS_TRANSACTIONS}) own
    JOIN transaction t ON t.id = own.transaction_id JOIN transaction_version v ON v.transaction_id = t.id
    WHERE v.by_user_id <> ${userId}::uuid AND v.at::timestamptz > ${since}`;
}

function disputeNews({ tenantId, userId, participant, seesAllDisputes, since }: NewsReader): Prisma.Sql {
  const mine = seesAllDisputes ? Prisma.empty : Prisma.sql`AND ${participant ?? ""} = ANY (t.participants)`;
  return Prisma.sql`
    SELECT 'dispute', d.id, t.job_id, x.event, d.state, x.at
    FROM dispute d JOIN transaction t ON t.id = d.transaction_id
    CROSS JOIN LATERAL (VALUES ('open', d.opened_at, d.opened_by), ('take', d.taken_at, d.taken_by),
      ('end', d.resolved_at, d.resolved_by)) AS x(event, at, by)
    WHERE d.tenant_id = ${tenantId}::uuid AND x.at > ${since} AND x.by IS DISTINCT FROM ${userId}::uuid ${mine}`;
}

/** The last thing that others did to each of the reader's things since then, newest first. One statement. */
export async function listNews(tx: Tx, reader: NewsReader): Promise<Readable<NewsRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT * FROM (SELECT DISTINCT ON (kind, id) * FROM (
      ${requestNews(reader)} UNION ALL ${transactionNews(reader)} UNION ALL ${disputeNews(reader)}) happened
      ORDER BY kind, id, at DESC) news
    ORDER BY at DESC, id LIMIT ${reader.limit}`);
  return readRows(rows, (row) => NewsRow.parse(row));
}

const EntryRow = z.object({
  entry_id: z.string(),
  seq: z.bigint().nullable(),
  log: z.string().nullable(),
  at: z.string(),
  action: z.string(),
});
export type EntryRow = z.infer<typeof EntryRow>;

/** The newest acts of this person that the log holds, reading left out. */
export async function listOwnEntries(
  tx: Tx,
  actor: { readonly tenantId: string; readonly pseudonym: string },
  limit: number,
): Promise<Readable<EntryRow>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT i.entry_id, l.seq, l.log, i.at, i.action FROM audit_index i LEFT JOIN audit_leaf l ON l.entry_id = i.entry_id
    WHERE i.tenant_id = ${actor.tenantId}::uuid AND i.actor = ${actor.pseudonym} AND i.outcome = 'done'
      AND (i.action = 'audit.export' OR i.action NOT SIMILAR TO '(audit|session|system|log).%|%.read|access.logs')
    ORDER BY i.at DESC, i.entry_id DESC LIMIT ${limit}`);
  return readRows(rows, (row) => EntryRow.parse(row));
}

/** An API key of the person that ends soon. */
export interface EndingKey {
  readonly id: string;
  readonly label: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

export async function listEndingKeys(
  tx: Tx,
  userId: string,
  window: { readonly from: Date; readonly to: Date },
): Promise<EndingKey[]> {
  const rows = await tx.api_key.findMany({
    where: { user_id: userId, revoked_at: null, expires_at: { gt: window.from, lt: window.to } },
    orderBy: { expires_at: "asc" },
    select: { id: true, label: true, expires_at: true, created_at: true },
  });
  return rows.flatMap(({ id, label, expires_at: expiresAt, created_at: createdAt }) =>
    expiresAt === null ? [] : [{ id, label, expiresAt, createdAt }],
  );
}

/** Returns since when a participant has no key that can be sealed for; undefined when it has one. */
export async function findKeyless(
  tx: Tx,
  tenantId: string,
  participantId: string,
): Promise<Date | undefined> {
  const own = { tenant_id: tenantId, id: participantId };
  const row = await tx.participant.findUnique({ where: { tenant_id_id: own }, select: { created_at: true } });
  if (row === null) return undefined;
  const active = await tx.key_version.count({
    where: { tenant_id: tenantId, participant_id: participantId, state: "active" },
  });
  return active > 0 ? undefined : row.created_at;
}

/** A key without sealed data and without a successor. */
export interface StoppedKey {
  readonly id: string;
  readonly kid: string;
  readonly state: "suspended" | "compromised";
  readonly since: Date;
}

const Stopped = z.object({
  id: z.string(),
  kid: z.string(),
  state: z.enum(["suspended", "compromised"]),
  since: z.date(),
});

/**
 * Returns the newest key of a participant without an active key, if that key is suspended, or compromised with data
 * sealed for it. A compromised client-held key is returned in any case, because no managed key replaces it.
 */
export async function findStopped(tx: Tx, participantId: string): Promise<StoppedKey | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT k.id, k.participant_id || '#' || k.version AS kid, k.state, k.state_changed_at AS since
    FROM (SELECT * FROM key_version WHERE participant_id = ${participantId} AND state NOT IN ('pre_active', 'destroyed')
      ORDER BY version DESC LIMIT 1) k
    WHERE k.state = 'suspended' OR (k.state = 'compromised' AND (k.custody = 'client'
      OR EXISTS (SELECT 1 FROM wrap w WHERE w.key_version_id = k.id)))`);
  return rows.map((row) => Stopped.parse(row))[0];
}

/** A compromised key whose data one person asked to move. */
export interface AskedMove {
  readonly keyId: string;
  readonly kid: string;
  readonly participantId: string;
  readonly person: string;
  readonly at: Date;
}

const Move = z.object({
  key_id: z.string(),
  kid: z.string(),
  participant_id: z.string(),
  name: z.string(),
  started_at: z.date(),
});

/** Re-wraps that wait for a second person, of one participant's keys or of all. */
export async function listAskedMoves(
  tx: Tx,
  which: {
    readonly tenantId: string;
    readonly notBy: string;
    readonly participant: string | undefined;
    readonly limit: number;
  },
): Promise<Readable<AskedMove>[]> {
  const { tenantId, notBy, participant, limit } = which;
  const own = participant === undefined ? Prisma.empty : Prisma.sql`AND r.participant_id = ${participant}`;
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT r.id, r.compromised_key_id AS key_id, k.participant_id || '#' || k.version AS kid, r.participant_id, u.name, r.started_at
    FROM key_rotation r JOIN key_version k ON k.id = r.compromised_key_id JOIN app_user u ON u.id = r.asked_by
    WHERE r.tenant_id = ${tenantId}::uuid AND r.state = 'asked' AND r.asked_by <> ${notBy}::uuid ${own}
    ORDER BY r.started_at LIMIT ${limit}`);
  return readRows(rows, (record) => {
    const {
      key_id: keyId,
      kid,
      participant_id: participantId,
      name: person,
      started_at: at,
    } = Move.parse(record);
    return { keyId, kid, participantId, person, at };
  });
}

/** A person's own requests that have not ended. */
export async function countOpenRequests(tx: Tx, userId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ n: number }[]>(Prisma.sql`
    SELECT count(*)::int AS n FROM access_request r WHERE r.requester_user_id = ${userId}::uuid AND r.state NOT IN
      ('active', 'expired', 'revoked', 'exhausted', 'closed', 'withdrawn', 'denied', 'expired_unreviewed')`);
  return rows[0]?.n ?? 0;
}

/** Open disputes of one participant's transactions or of the whole tenant. */
export async function countOpenDisputes(
  tx: Tx,
  which: { readonly tenantId: string; readonly participant: string | undefined },
): Promise<number> {
  const mine =
    which.participant === undefined
      ? Prisma.empty
      : Prisma.sql`AND ${which.participant} = ANY (t.participants)`;
  const rows = await tx.$queryRaw<{ n: number }[]>(Prisma.sql`
    SELECT count(*)::int AS n FROM dispute d JOIN transaction t ON t.id = d.transaction_id
    WHERE d.tenant_id = ${which.tenantId}::uuid AND d.state IN ('open', 'taken') ${mine}`);
  return rows[0]?.n ?? 0;
}
