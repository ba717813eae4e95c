import "server-only";
import { DEFAULTS, THRESHOLDS, ThresholdName, type Thresholds } from "@/lib/alerts/rules/thresholds";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

export interface SetThreshold {
  readonly name: ThresholdName;
  readonly value: number;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** Returns the thresholds that the tenant has set. A row whose name or value is not allowed counts as not set. */
export async function listThresholds(tx: Tx, tenantId: string): Promise<SetThreshold[]> {
  const rows = await tx.$queryRaw<{ name: string; value: number; changed_at: Date; changed_by: string }[]>(
    Prisma.sql`SELECT t.name, t.value, t.changed_at, u.name AS changed_by
      FROM alert_threshold t JOIN app_user u ON u.id = t.changed_by WHERE t.tenant_id = ${tenantId}::uuid`,
  );
  return rows.flatMap(({ name, value, changed_at: changedAt, changed_by: changedBy }) => {
    const known = ThresholdName.safeParse(name).data;
    if (known === undefined || value < THRESHOLDS[known].least || value > THRESHOLDS[known].most) return [];
    return [{ name: known, value, changedAt, changedBy }];
  });
}

/** Returns every threshold: the tenant's own, or else the default. */
export async function readThresholds(tx: Tx, tenantId: string): Promise<Thresholds> {
  const own = await listThresholds(tx, tenantId);
  return { ...DEFAULTS, ...Object.fromEntries(own.map(({ name, value }) => [name, value])) };
}

export async function upsertThreshold(
  tx: Tx,
  set: {
    readonly tenantId: string;
    readonly name: ThresholdName;
    readonly value: number;
    readonly at: Date;
    readonly userId: string;
  },
): Promise<void> {
  const change = { value: set.value, changed_at: set.at, changed_by: set.userId };
  await tx.alert_threshold.upsert({
    where: { tenant_id_name: { tenant_id: set.tenantId, name: set.name } },
    create: { tenant_id: set.tenantId, name: set.name, ...change },
    update: change,
    select: { name: true },
  });
}
