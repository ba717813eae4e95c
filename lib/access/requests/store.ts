import "server-only";
import { z } from "zod";
import { Escalation, RequestState, type Stage, TransactionQuery } from "@/lib/access/requests/schema";
import { type Permit, requirePermit } from "@/lib/access/rules/permit";
import type { Context } from "@/lib/context/context";
import { isUnreadable, Moment, type Readable, readRows } from "@/lib/db/read-rows";
import { columnsOf, type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { GroupName, Level, Purpose } from "@/lib/vocabulary";

/** What `authorize` needs to know of a request before the row is read. */
export interface RequestFacts {
  readonly id: string;
  readonly requesterUserId: string;
  readonly requesterOrganisationId: string;
  readonly transactions: readonly string[];
  /** False while it is a draft, or when it was withdrawn as one. */
  readonly isSent: boolean;
  /** To whom the overdue request has escalated. */
  readonly escalatedTo: Escalation | undefined;
  /** Users named as co-viewers. */
  readonly coViewers: readonly string[];
  /** From whom it is sealed at the time it is read. */
  readonly sealedFrom: readonly string[];
}

/** What a request asks for. */
export interface Asked {
  readonly purpose: Purpose;
  readonly justification: string;
  readonly legalBasis: string | undefined;
  readonly transactions: readonly string[];
  readonly query: TransactionQuery | undefined;
  readonly groups: readonly GroupName[];
  readonly level: Level;
  readonly from: Date | undefined;
  readonly until: Date | undefined;
  readonly maxViews: number;
  readonly maxExports: number;
  readonly coViewers: readonly string[];
}

export interface RequestRow extends Asked, Omit<RequestFacts, "sealedFrom"> {
  readonly reference: string;
  readonly state: RequestState;
  /** When its reviewers should have decided. */
  readonly dueAt: Date | undefined;
  /** When the answer is due; absent when an answer is not required. */
  readonly responseDueAt: Date | undefined;
  /** Its state before a question, an extension, an objection or becoming overdue. */
  readonly stageBefore: RequestState | undefined;
  readonly escalatedAt: Date | undefined;
  readonly reminders: number;
  readonly extensions: number;
  /** How many people must approve in each stage, as the policies said at the submission. */
  readonly quorums: Readonly<Record<Stage, number>>;
  /** The request that was answered in part, of which this one is the rest. */
  readonly continues: string | undefined;
  readonly version: number;
  readonly digest: string | undefined;
  /** The record of the legal authority that submission checked. */
  readonly authorizationDigest: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const Row = z.object({
  id: z.string(),
  reference: z.string(),
  requester_user_id: z.string(),
  organisation_id: z.string(),
  purpose: Purpose,
  justification: z.string(),
  legal_basis: z.string().nullable(),
  transactions: z.array(z.string()),
  query: TransactionQuery.nullable(),
  groups: z.array(GroupName),
  level: Level,
  from: Moment.nullable(),
  until: Moment.nullable(),
  max_views: z.number(),
  max_exports: z.number(),
  state: RequestState,
  due_at: Moment.nullable(),
  response_due_at: Moment.nullable(),
  stage_before: RequestState.nullable(),
  escalated_to: Escalation.nullable(),
  escalated_at: Moment.nullable(),
  reminders: z.number(),
  extensions: z.number(),
  quorum_legal: z.number(),
  quorum_coordinator: z.number(),
  continues_id: z.string().nullable(),
  version: z.number(),
  digest: z.string().nullable(),
  authorization_digest: z.string().nullable(),
  co_viewers: z.array(z.string()),
  created_at: Moment,
  updated_at: Moment,
});

function toRequest(record: unknown): RequestRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    reference: row.reference,
    requesterUserId: row.requester_user_id,
    requesterOrganisationId: row.organisation_id,
    purpose: row.purpose,
    justification: row.justification,
    legalBasis: row.legal_basis ?? undefined,
    transactions: row.transactions,
    isSent: row.digest !== null,
    query: row.query ?? undefined,
    groups: row.groups,
    level: row.level,
    from: row.from ?? undefined,
    until: row.until ?? undefined,
    maxViews: row.max_views,
    maxExports: row.max_exports,
    state: row.state,
    dueAt: row.due_at ?? undefined,
    responseDueAt: row.response_due_at ?? undefined,
    stageBefore: row.stage_before ?? undefined,
    escalatedTo: row.escalated_to ?? undefined,
    escalatedAt: row.escalated_at ?? undefined,
    reminders: row.reminders,
    extensions: row.extensions,
    quorums: { legal: row.quorum_legal, coordinator: row.quorum_coordinator },
    continues: row.continues_id ?? undefined,
    version: row.version,
    digest: row.digest ?? undefined,
    authorizationDigest: row.authorization_digest ?? undefined,
    coViewers: row.co_viewers,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

const READING = [
  "request.read",
  "request.change",
  "request.comment",
  "request.review",
  "request.decide",
  "request.steer",
  "request.release",
  "request.end-co-viewer",
  "identity.check",
];

interface FactsRow {
  readonly id: string | null;
  readonly requester_user_id: string;
  readonly organisation_id: string;
  readonly transactions: string[];
  readonly is_sent: boolean;
  readonly escalated_to: string | null;
  readonly co_viewers: string[];
  readonly sealed_from: string[] | null;
}

interface OfTenant {
  readonly id: string;
  readonly tenantId: string;
  readonly at: Date;
}

const requestId = ({ id }: { readonly id: string }) => id;

const FIND_FACTS = statement<OfTenant, FactsRow>("find-request-facts")`
  SELECT r.id, r.requester_user_id, r.organisation_id, r.transactions, r.digest IS NOT NULL AS is_sent, r.escalated_to,
    r.co_viewers, s.sealed_from
  FROM (SELECT sealed_from(${requestId}::uuid, ${({ at }) => at}::timestamptz)::text[] AS sealed_from) s
  LEFT JOIN access_request r ON r.id = ${requestId}::uuid AND r.tenant_id = ${({ tenantId }) => tenantId}::uuid`;

/**
 * Returns whose request this is, if it exists in the tenant: enough to decide whether the caller may know of it. Seals
 * are also looked up for an unknown id, so that both answers do the same work.
 */
export async function findRequestFacts(
  { run }: Running,
  cx: Pick<Context, "instance" | "clock">,
  id: string,
): Promise<RequestFacts | undefined> {
  const [row] = await run(FIND_FACTS, { id, tenantId: cx.instance.tenantId, at: cx.clock.now() });
  if (row === undefined || row.id === null) return undefined;
  return {
    id: row.id,
    requesterUserId: row.requester_user_id,
    requesterOrganisationId: row.organisation_id,
    transactions: row.transactions,
    isSent: row.is_sent,
    escalatedTo: Escalation.nullable().parse(row.escalated_to) ?? undefined,
    coViewers: row.co_viewers,
    sealedFrom: row.sealed_from ?? [],
  };
}

const LOCK = statement<{ readonly id: string }, never>("lock-request")`
  SELECT FROM access_request WHERE id = ${requestId}::uuid FOR UPDATE`;

/** Locks the request until the transaction ends, so that decisions on it come one after another. */
export async function lockRequest({ run }: Running, id: string): Promise<void> {
  await run(LOCK, { id });
}

/** Returns the error that callers get for a request whose row cannot be read. Lists raise the alarm. */
function unreadableRequest(): DomainError {
  return new DomainError("request.unreadable", {
    detail: "An administrator has been notified. The requester or an administrator can withdraw it.",
  });
}

/** Whether the row of a request of this tenant exists and cannot be read. */
export async function isRequestUnreadable(
  tx: Tx,
  cx: Pick<Context, "instance">,
  id: string,
): Promise<boolean> {
  const record = await tx.access_request.findFirst({ where: { id, tenant_id: cx.instance.tenantId } });
  return record !== null && readRows([record], toRequest).some(isUnreadable);
}

/** Returns the purpose as stored, for the log's entry on a request whose row cannot be read as a whole. */
export async function readPurpose(tx: Tx, id: string): Promise<string> {
  return (await tx.access_request.findUniqueOrThrow({ where: { id }, select: { purpose: true } })).purpose;
}

const READ_REQUEST = statement<{ readonly id: string }, unknown>("read-request")`
  SELECT ${columnsOf(Row, "r")} FROM access_request r WHERE r.id = ${requestId}::uuid`;

/** Returns the whole row. A permit for any act on the request allows this read. */
export async function readRequest(
  { run }: Running,
  permit: Permit,
  facts: RequestFacts,
): Promise<RequestRow> {
  requirePermit(permit, ...READING);
  const [row] = readRows(await run(READ_REQUEST, facts), toRequest);
  if (row === undefined || isUnreadable(row)) throw unreadableRequest();
  return row;
}

/** Returns a submitted request for what the portal itself sends on. No person reads through this function. */
export async function getSubmitted({ run }: Running, id: string): Promise<RequestRow> {
  const row = toRequest((await run(READ_REQUEST, { id }))[0]);
  if (!row.isSent) throw new InvariantError("a request that the portal sends on is a draft");
  return row;
}

/** Returns the rows of a list, in the order of the ids. The list itself has decided who may know of them. */
export async function readListed(tx: Tx, ids: readonly string[]): Promise<Readable<RequestRow>[]> {
  const records = await tx.access_request.findMany({ where: { id: { in: [...ids] } } });
  const byId = new Map(readRows(records, toRequest).map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
