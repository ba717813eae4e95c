import "server-only";
import { z } from "zod";
import { viewersOf } from "@/lib/access/grants/viewer-store";
import { Escalation } from "@/lib/access/requests/schema";
import type { ActionFacts } from "@/lib/access/rules/action-facts";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { LiveChange, type LiveKind } from "@/lib/live/schema";
import type { Changed } from "@/lib/live/visible";

/** The content of a message on the channel. */
export interface Named {
  readonly kind: LiveKind;
  readonly id: string;
}

const Row = z.object({
  kind: LiveChange.shape.kind,
  id: z.string(),
  state: z.string(),
  version: z.number().nullable(),
  user_id: z.string().nullable(),
  organisation_id: z.string().nullable(),
  parties: z.array(z.string()).nullable(),
  is_sent: z.boolean().nullable(),
  escalated_to: Escalation.nullable(),
  is_executives: z.boolean().nullable(),
  sealed_from: z.array(z.string()).nullable(),
});

type Read = z.infer<typeof Row>;

/** Returns the facts that decide who may know of a request or a grant; undefined if its row has no owner. */
function filingOf(row: Read): ActionFacts["grant.read"] | undefined {
  if (row.user_id === null || row.organisation_id === null) return undefined;
  return {
    requesterUserId: row.user_id,
    requesterOrganisationId: row.organisation_id,
    isSent: row.is_sent === true,
    escalatedTo: row.escalated_to ?? undefined,
    viewers: row.parties ?? [],
    isReleased: row.is_executives === true,
    sealedFrom: row.sealed_from ?? [],
  };
}

function toChanged(record: unknown): Changed[] {
  const read = Row.parse(record);
  const { kind, id, state, version, user_id, parties, organisation_id, sealed_from } = read;
  const change = { id, state, ...(version === null ? {} : { version }) };
  const who = user_id ?? undefined;
  const filing = filingOf(read);
  switch (kind) {
    case "request":
    case "grant":
      return filing === undefined ? [] : [{ change: { ...change, kind }, filing }];
    case "epoch":
      return [{ change: { ...change, kind } }];
    case "hold": {
      const sealedFrom = sealed_from ?? [];
      return [{ change: { ...change, kind }, organisationId: organisation_id ?? undefined, sealedFrom }];
    }
    case "agreement":
    case "erasure":
    case "authority":
      return [{ change: { ...change, kind }, excluded: parties ?? [] }];
    case "roster":
      return [{ change: { ...change, kind }, owner: who, concerned: parties ?? [] }];
    case "access_review":
      return [{ change: { ...change, kind }, people: parties ?? [] }];
    case "policy":
      return [{ change: { ...change, kind }, isPolicy: true }];
    case "alert":
    case "alert_address":
    case "alert_threshold":
      return [{ change: { ...change, kind }, isAlert: true, sealedFrom: sealed_from ?? [] }];
    case "notification":
      return who === undefined ? [] : [{ change: { ...change, kind }, userId: who }];
    default:
      return [{ change: { ...change, kind }, parties: parties ?? [] }];
  }
}

function idsOf(named: readonly Named[], kind: LiveKind): string[] {
  return named.filter((one) => one.kind === kind).map((one) => one.id);
}

/**
 * Returns the accounts that do not see an act that needs two people: every account of the person whom it concerns, and the
 * other accounts of the person who asked. None of them can be the second person.
 */
function excluded(askedBy: Prisma.Sql, concerns: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`ARRAY(SELECT o::text FROM same_human(${askedBy}) o WHERE o <> ${askedBy}
    UNION SELECT c::text FROM same_human(${concerns}) c WHERE c IS NOT NULL)`;
}

/**
 * Returns the named things as they are now, each with the facts that decide who may know of it. One statement for all
 * kinds.
 */
export async function readChanged(
  tx: Tx,
  { instance: { tenantId }, clock }: Pick<Context, "instance" | "clock">,
  named: readonly Named[],
): Promise<Changed[]> {
  const now = clock.now();
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT 'request' AS kind, r.id::text, r.state, r.version, r.requester_user_id AS user_id, r.organisation_id,
      NULL::text[] AS parties, r.digest IS NOT NULL AS is_sent, r.escalated_to, NULL::boolean AS is_executives,
      sealed_from(r.id, ${now})::text[] AS sealed_from
    FROM access_request r
    WHERE r.tenant_id = ${tenantId}::uuid AND r.id = ANY (${idsOf(named, "request")}::uuid[])
    UNION ALL
    SELECT 'grant', g.id::text, g.state, NULL, g.subject_user_id, u.organisation_id, ARRAY(${viewersOf(Prisma.sql`g`)}), true, NULL,
      num_nonnulls(g.release_id, g.break_glass_id) > 0,
      sealed_from(g.request_id, ${now})::text[]
    FROM access_grant g JOIN app_user u ON u.id = g.subject_user_id
    WHERE g.tenant_id = ${tenantId}::uuid AND g.id = ANY (${idsOf(named, "grant")}::uuid[])
    UNION ALL
    SELECT 'transaction', t.id::text, t.status, t.version, NULL, NULL, t.participants, NULL, NULL, NULL, NULL
    FROM transaction t
    WHERE t.tenant_id = ${tenantId}::uuid AND t.id = ANY (${idsOf(named, "transaction")}::uuid[])
    UNION ALL
    SELECT 'dispute', d.id::text, d.state, NULL, NULL, NULL, t.participants, NULL, NULL, NULL, NULL
    FROM dispute d JOIN transaction t ON t.id = d.transaction_id
    WHERE d.tenant_id = ${tenantId}::uuid AND d.id = ANY (${idsOf(named, "dispute")}::uuid[])
    UNION ALL
    SELECT 'rotation', k.id::text, k.state, NULL, NULL, NULL, ARRAY[k.participant_id], NULL, NULL, NULL, NULL
    FROM key_rotation k
    WHERE k.tenant_id = ${tenantId}::uuid AND k.id = ANY (${idsOf(named, "rotation")}::uuid[])
    UNION ALL
    SELECT 'key', v.id::text, v.state, NULL, NULL, NULL, ARRAY[v.participant_id], NULL, NULL, NULL, NULL
    FROM key_version v
    WHERE v.tenant_id = ${tenantId}::uuid AND v.id = ANY (${idsOf(named, "key")}::uuid[])
    UNION ALL
    SELECT 'epoch', e.epoch::text, e.state, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM escrow_epoch e
    WHERE e.tenant_id = ${tenantId}::uuid AND e.epoch = ANY (${idsOf(named, "epoch")}::int[])
    UNION ALL
    SELECT 'hold', p.id::text, p.state, NULL, NULL, p.organisation_id, NULL, NULL, NULL, NULL,
      staff_of_parties(p.tenant_id, p.transactions)::text[]
    FROM preservation p
    WHERE p.tenant_id = ${tenantId}::uuid AND p.id = ANY (${idsOf(named, "hold")}::uuid[])
    UNION ALL
    SELECT 'notice', n.id::text, n.state, NULL, NULL, NULL, ARRAY[n.participant_id], NULL, NULL, NULL, NULL
    FROM subject_notice n
    WHERE n.tenant_id = ${tenantId}::uuid AND n.id = ANY (${idsOf(named, "notice")}::uuid[]) AND n.state = 'sent'
    UNION ALL
    SELECT 'agreement', a.id::text, a.state, NULL, NULL, NULL, ${excluded(Prisma.sql`a.asked_by`, Prisma.sql`a.concerns`)}, NULL, NULL, NULL, NULL
    FROM agreement a
    WHERE a.tenant_id = ${tenantId}::uuid AND a.id = ANY (${idsOf(named, "agreement")}::uuid[])
    UNION ALL
    SELECT 'erasure', x.id::text, x.state, NULL, NULL, NULL, ${excluded(Prisma.sql`x.asked_by`, Prisma.sql`s.id`)}, NULL, NULL, NULL, NULL
    FROM audit_erasure x JOIN audit_compartment k ON k.id = x.compartment_id
      LEFT JOIN app_user s ON s.pseudonym = k.subject AND s.tenant_id = k.tenant_id
    WHERE x.tenant_id = ${tenantId}::uuid AND x.id = ANY (${idsOf(named, "erasure")}::uuid[])
    UNION ALL
    SELECT 'authority', y.id::text, y.state, NULL, NULL, NULL, ${excluded(Prisma.sql`y.proposed_by`, Prisma.sql`NULL::uuid`)}, NULL, NULL, NULL, NULL
    FROM authority y
    WHERE y.tenant_id = ${tenantId}::uuid AND y.id = ANY (${idsOf(named, "authority")}::uuid[])
    UNION ALL
    SELECT 'roster', c.id::text, c.state, NULL, c.user_id, NULL, c.people, NULL, NULL, NULL, NULL
    FROM roster_change c
    WHERE c.tenant_id = ${tenantId}::uuid AND c.id = ANY (${idsOf(named, "roster")}::uuid[])
    UNION ALL
    SELECT 'access_review', v.id::text, v.state, NULL, NULL, NULL,
      ARRAY(SELECT coalesce(w.decided_by, o.access_reviewer_id)::text FROM access_review_row w
          JOIN organisation o ON o.id = w.organisation_id
          WHERE w.review_id = v.id AND coalesce(w.decided_by, o.access_reviewer_id) IS NOT NULL
        UNION SELECT w.owner_id::text FROM access_review_row w WHERE w.review_id = v.id AND cardinality(w.paused) > 0),
      NULL, NULL, NULL, NULL
    FROM access_review v
    WHERE v.tenant_id = ${tenantId}::uuid AND v.id = ANY (${idsOf(named, "access_review")}::uuid[])
    UNION ALL
    SELECT 'policy', p.id::text, p.state, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM policy_set p
    WHERE p.tenant_id = ${tenantId}::uuid AND p.id = ANY (${idsOf(named, "policy")}::uuid[])
    UNION ALL
    SELECT 'alert', a.id::text, CASE WHEN a.resolved_at IS NULL THEN 'open' ELSE 'resolved' END, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      (SELECT sealed_from(g.request_id, ${now})::text[] FROM access_grant g
        WHERE g.id = CASE WHEN a.subject ~ '^grant:[0-9a-f-]{36}$' THEN substr(a.subject, 7)::uuid END)
    FROM alert a
    WHERE a.tenant_id = ${tenantId}::uuid AND a.id = ANY (${idsOf(named, "alert")}::uuid[])
    UNION ALL
    SELECT 'alert_address', m.id::text, CASE WHEN m.ended_at IS NULL THEN 'added' ELSE 'removed' END, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM alert_address m
    WHERE m.tenant_id = ${tenantId}::uuid AND m.id = ANY (${idsOf(named, "alert_address")}::uuid[])
    UNION ALL
    SELECT 'alert_threshold', f.name, 'changed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM alert_threshold f
    WHERE f.tenant_id = ${tenantId}::uuid AND f.name = ANY (${idsOf(named, "alert_threshold")})
    UNION ALL
    SELECT 'notification', u.id::text, 'changed', NULL, u.id, NULL, NULL, NULL, NULL, NULL, NULL
    FROM app_user u
    WHERE u.tenant_id = ${tenantId}::uuid AND u.id = ANY (${idsOf(named, "notification")}::uuid[])`);
  return rows.flatMap(toChanged);
}
