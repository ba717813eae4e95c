import "server-only";
import { z } from "zod";
import { Assurance } from "@/lib/access/requests/schema";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { DisputeGround, type DisputeListView, DisputeOutcome, DisputeState } from "@/lib/disputes/schema";
import { GroupName } from "@/lib/vocabulary";

const Row = z.object({
  id: z.string(),
  transaction_id: z.string(),
  job_id: z.string(),
  status: z.string(),
  participants: z.array(z.string()),
  party_organisations: z.array(z.string()),
  sealed_groups: z.array(GroupName),
  state: DisputeState,
  party: z.string(),
  opened_by: z.string(),
  opened_at: z.date(),
  ground: DisputeGround,
  reason: z.string(),
  groups: z.array(GroupName),
  notes_count: z.number(),
  nonce: z.string().nullable(),
  not_after: z.date().nullable(),
  assurance: Assurance.nullable(),
  is_portal_signed: z.boolean().nullable(),
  taken_by: z.string().nullable(),
  taken_at: z.date().nullable(),
  resolved_by: z.string().nullable(),
  resolved_at: z.date().nullable(),
  resolution: z.string().nullable(),
  outcome: DisputeOutcome.nullable(),
});

/** A dispute with the known facts of its transaction. */
export interface DisputeRow {
  readonly id: string;
  readonly transactionId: string;
  readonly jobId: string;
  readonly transactionStatus: string;
  readonly participants: readonly string[];
  readonly partyOrganisations: readonly string[];
  /** Sealed groups of the transaction, disputed or not. */
  readonly sealedGroups: readonly GroupName[];
  readonly state: DisputeState;
  readonly party: string;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly ground: DisputeGround;
  readonly reason: string;
  readonly groups: readonly GroupName[];
  readonly notesCount: number;
  /** The party's signed statement; absent if nothing is sealed. */
  readonly permission: Permission | undefined;
  readonly taken: { readonly by: string; readonly at: Date } | undefined;
  readonly end:
    | {
        readonly by: string;
        readonly at: Date;
        readonly resolution: string;
        readonly outcome: DisputeOutcome | undefined;
      }
    | undefined;
}

export interface Permission {
  readonly nonce: string;
  readonly notAfter: Date;
  readonly assurance: Assurance;
  /** In evaluation, for a person without a key of their own. */
  readonly isPortalSigned: boolean;
}

const SELECT = Prisma.sql`
  SELECT d.id, d.transaction_id, t.job_id, t.status, t.participants, d.state, d.party, d.opened_by, d.opened_at,
    d.signature ->> 'key_id' IS NOT DISTINCT FROM (d.statement ->> 'log') || '/evaluation' AS is_portal_signed,
    d.ground, d.outcome, d.reason, d.groups, d.nonce, d.not_after, d.assurance, d.taken_by, d.taken_at, d.resolved_by, d.resolved_at,
    d.resolution, (SELECT count(*)::int FROM dispute_note n WHERE n.dispute_id = d.id) AS notes_count,
    ARRAY(SELECT DISTINCT g.grp FROM transaction_group g WHERE g.transaction_id = t.id) AS sealed_groups,
    ARRAY(SELECT DISTINCT p.organisation_id FROM participant p WHERE p.id = ANY (t.participants)) AS party_organisations
  FROM dispute d JOIN transaction t ON t.id = d.transaction_id`;

function permissionOf(row: z.infer<typeof Row>): Permission | undefined {
  const { nonce, not_after: notAfter, assurance, is_portal_signed: isPortalSigned } = row;
  if (nonce === null || notAfter === null || assurance === null) return undefined;
  return { nonce, notAfter, assurance, isPortalSigned: isPortalSigned === true };
}

function endOf(row: z.infer<typeof Row>): DisputeRow["end"] {
  const { resolved_by: by, resolved_at: at, resolution, outcome } = row;
  if (by === null || at === null || resolution === null) return undefined;
  return { by, at, resolution, outcome: outcome ?? undefined };
}

function toDispute(record: unknown): DisputeRow {
  const row = Row.parse(record);
  const { taken_by: by, taken_at: at } = row;
  return {
    id: row.id,
    transactionId: row.transaction_id,
    jobId: row.job_id,
    transactionStatus: row.status,
    participants: row.participants,
    partyOrganisations: row.party_organisations,
    sealedGroups: GroupName.options.filter((group) => row.sealed_groups.includes(group)),
    state: row.state,
    party: row.party,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    ground: row.ground,
    reason: row.reason,
    groups: row.groups,
    notesCount: row.notes_count,
    permission: permissionOf(row),
    taken: by === null || at === null ? undefined : { by, at },
    end: endOf(row),
  };
}

/** Returns the dispute if it exists in this tenant. The use case decides whether the caller may know of it. */
export async function findDispute(tx: Tx, tenantId: string, id: string): Promise<DisputeRow | undefined> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} WHERE d.id = ${id}::uuid AND d.tenant_id = ${tenantId}::uuid`,
  );
  return rows.map(toDispute)[0];
}

/** Serialises changes of one dispute. */
export async function lockDispute(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM dispute WHERE id = ${id}::uuid FOR UPDATE`);
}

export interface DisputeFilter {
  readonly tenantId: string;
  /** Only disputes of this participant's transactions; absent for staff. */
  readonly participant: string | undefined;
  readonly view: DisputeListView;
  /** Whose disputes are "mine": taken by this person, or opened for this participant. */
  readonly mine: { readonly userId: string; readonly participant: string | undefined };
  readonly transactionId: string | undefined;
}

function viewCondition({ view, mine }: DisputeFilter): Prisma.Sql[] {
  if (view === "open") return [Prisma.sql`d.state IN ('open', 'taken')`];
  if (view === "resolved") return [Prisma.sql`d.state IN ('resolved', 'withdrawn')`];
  if (view === "all") return [];
  const { userId, participant } = mine;
  return [
    participant === undefined
      ? Prisma.sql`d.taken_by = ${userId}::uuid AND d.state = 'taken'`
      : Prisma.sql`d.party = ${participant}`,
  ];
}

function conditions(filter: DisputeFilter): Prisma.Sql {
  const { participant, transactionId } = filter;
  return Prisma.join(
    [
      Prisma.sql`d.tenant_id = ${filter.tenantId}::uuid`,
      ...viewCondition(filter),
      ...(participant === undefined ? [] : [Prisma.sql`${participant} = ANY (t.participants)`]),
      ...(transactionId === undefined ? [] : [Prisma.sql`d.transaction_id = ${transactionId}::uuid`]),
    ],
    " AND ",
  );
}

/** Returns one page, newest first, and the total number. */
export async function listDisputeRows(
  tx: Tx,
  filter: DisputeFilter,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<{ readonly rows: Readable<DisputeRow>[]; readonly total: number }> {
  const where = conditions(filter);
  const before = page.before === undefined ? Prisma.empty : Prisma.sql`AND d.id < ${page.before}::uuid`;
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`${SELECT} WHERE ${where} ${before} ORDER BY d.id DESC LIMIT ${page.limit}`,
  );
  const [counted] = await tx.$queryRaw<{ total: number }[]>(Prisma.sql`
    SELECT count(*)::int AS total FROM dispute d JOIN transaction t ON t.id = d.transaction_id WHERE ${where}`);
  return { rows: readRows(rows, toDispute), total: counted?.total ?? 0 };
}

/**
 * Returns the SHA-256 of a person's text, base64url. With it the log shows later that a text is the one that was sent.
 */
export function textDigest(text: string): string {
  return toBase64url(sha256(utf8(text)));
}
