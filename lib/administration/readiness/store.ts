import "server-only";
import { z } from "zod";
import type { Result } from "@/lib/administration/readiness/result";
import {
  type NeededItem,
  ReadinessCause,
  ReadinessFacts,
  ReadinessState,
} from "@/lib/administration/readiness/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

export interface StoredResult extends Result {
  readonly at: Date;
  readonly by: string;
}

const Row = z.object({
  item: z.string(),
  state: ReadinessState,
  cause: ReadinessCause.nullable(),
  facts: ReadinessFacts,
  at: z.date(),
  by_user_id: z.string(),
});

/** Returns the newest result of each check that was run or recorded. A row that cannot be read counts as missing. */
export async function readResults(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, StoredResult>> {
  const rows = await tx.readiness_check.findMany({ where: { tenant_id: tenantId } });
  return new Map(
    rows.flatMap((record): [string, StoredResult][] => {
      const row = Row.safeParse(record).data;
      if (row === undefined) return [];
      const { state, cause, facts, at, by_user_id: by } = row;
      return [[row.item, { state, cause: cause ?? undefined, facts, at, by }]];
    }),
  );
}

export async function putResult(
  tx: Tx,
  which: { readonly tenantId: string; readonly item: NeededItem; readonly at: Date; readonly by: string },
  { state, cause, facts }: Result,
): Promise<void> {
  const { tenantId: tenant_id, item, at, by: by_user_id } = which;
  const values = { state, cause: cause ?? null, facts: { ...facts }, at, by_user_id };
  await tx.readiness_check.upsert({
    where: { tenant_id_item: { tenant_id, item } },
    create: { tenant_id, item, ...values },
    update: values,
    select: { item: true },
  });
}

/** Returns the operator's own organisation. */
export async function findOperator(tx: Tx, tenantId: string) {
  const row = await tx.organisation.findFirst({
    where: { tenant_id: tenantId, kind: "operator", state: "active" },
    orderBy: { id: "asc" },
    select: { id: true, name: true, zone: true, home_jurisdictions: true },
  });
  return row ?? undefined;
}

const Administrator = z.object({ name: z.string(), has_passkey: z.boolean() });

/** Returns the active administrators who have signed in, and whether each has a passkey. */
export async function listSignedInAdministrators(tx: Tx, tenantId: string) {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT u.name,
      EXISTS (SELECT 1 FROM credential c WHERE c.user_id = u.id AND c.revoked_at IS NULL AND c.kind = 'passkey') AS has_passkey
    FROM app_user u JOIN organisation o ON o.id = u.organisation_id
    WHERE u.tenant_id = ${tenantId}::uuid AND u.role = 'admin' AND u.state = 'active' AND o.state = 'active'
      AND EXISTS (SELECT 1 FROM auth_session s WHERE s.user_id = u.id)
    ORDER BY u.id`);
  return z.array(Administrator).parse(rows);
}

const Agency = z.object({ name: z.string(), domains: z.number(), numbers: z.number(), people: z.number() });

/** Returns active agencies with how much their records hold, the fullest first. */
export async function listAgencies(tx: Tx, tenantId: string) {
  const rows = await tx.$queryRaw<
    unknown[]
  >(Prisma.sql`SELECT o.name, cardinality(a.email_domains) AS domains,
      jsonb_array_length(a.contacts) AS numbers, jsonb_array_length(a.people) AS people
    FROM agency a JOIN organisation o ON o.id = a.organisation_id
    WHERE a.tenant_id = ${tenantId}::uuid AND o.state = 'active'
    ORDER BY (cardinality(a.email_domains) > 0)::int + (jsonb_array_length(a.contacts) > 0)::int
      + (jsonb_array_length(a.people) > 1)::int DESC, a.id`);
  return z.array(Agency).parse(rows);
}

const Rules = z.object({
  policy_version: z.string(),
  state: z.string(),
  asked_by: z.string(),
  decided_by: z.string().nullable(),
  expires_at: z.date(),
});

/** Returns the newest agreement to rules: the one agreed to, or the one that waits. */
export async function findRulesAgreement(tx: Tx, tenantId: string, state: "agreed" | "open") {
  const rows = await tx.$queryRaw<
    unknown[]
  >(Prisma.sql`SELECT a.after ->> 'policy_version' AS policy_version, a.state,
      asker.name AS asked_by, decider.name AS decided_by, a.expires_at
    FROM agreement a JOIN app_user asker ON asker.id = a.asked_by LEFT JOIN app_user decider ON decider.id = a.decided_by
    WHERE a.tenant_id = ${tenantId}::uuid AND a.kind = 'rules' AND a.state = ${state} ORDER BY a.id DESC LIMIT 1`);
  return rows.map((row) => Rules.parse(row))[0];
}

/** Returns the root of the log at the size of one of its checkpoints. */
export async function findRoot(tx: Tx, log: string, size: number): Promise<Uint8Array | undefined> {
  const row = await tx.audit_checkpoint.findUnique({
    where: { log_size: { log, size: BigInt(size) } },
    select: { root: true },
  });
  return row?.root;
}

/** Returns to how many addresses alerts are sent. */
export function countAlertAddresses(tx: Tx, tenantId: string): Promise<number> {
  return tx.alert_address.count({ where: { tenant_id: tenantId, ended_at: null } });
}
