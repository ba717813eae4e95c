import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

export interface SetupRow {
  readonly tokenHash: Uint8Array;
  readonly expiresAt: Date;
  readonly organisationId: string | undefined;
  readonly firstUserId: string | undefined;
  readonly secondUserId: string | undefined;
}

/** Returns the set-up of the tenant; undefined if it has not begun. */
export async function findSetup(tx: Tx, tenantId: string): Promise<SetupRow | undefined> {
  const row = await tx.setup.findUnique({ where: { tenant_id: tenantId } });
  if (row === null) return undefined;
  return {
    tokenHash: row.token_hash,
    expiresAt: row.expires_at,
    organisationId: row.organisation_id ?? undefined,
    firstUserId: row.first_user_id ?? undefined,
    secondUserId: row.second_user_id ?? undefined,
  };
}

/**
 * Returns the same row, locked until the transaction ends. If two browsers do a step at the same time, the second finds
 * it done.
 */
export async function lockSetup(tx: Tx, tenantId: string): Promise<SetupRow | undefined> {
  await tx.$queryRaw(Prisma.sql`SELECT tenant_id FROM setup WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`);
  return findSetup(tx, tenantId);
}

/** Stores a new link. The previous one no longer works. */
export async function putLink(
  tx: Tx,
  tenantId: string,
  link: { readonly hash: Uint8Array; readonly createdAt: Date; readonly expiresAt: Date },
): Promise<void> {
  const values = {
    token_hash: Uint8Array.from(link.hash),
    created_at: link.createdAt,
    expires_at: link.expiresAt,
  };
  await tx.setup.upsert({
    where: { tenant_id: tenantId },
    create: { tenant_id: tenantId, ...values },
    update: values,
    select: { tenant_id: true },
  });
}

/** Records the organisation or the person that a step has made. */
export async function updateSetup(
  tx: Tx,
  tenantId: string,
  made: { readonly organisationId?: string; readonly firstUserId?: string; readonly secondUserId?: string },
): Promise<void> {
  await tx.setup.updateMany({
    where: { tenant_id: tenantId },
    data: {
      ...(made.organisationId === undefined ? {} : { organisation_id: made.organisationId }),
      ...(made.firstUserId === undefined ? {} : { first_user_id: made.firstUserId }),
      ...(made.secondUserId === undefined ? {} : { second_user_id: made.secondUserId }),
    },
  });
}

/** Returns whether the person has accepted an invitation, and so set a way to sign in. */
export async function hasAccepted(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.invitation.count({ where: { user_id: userId, used_at: { not: null } } })) > 0;
}

/** Returns whether a set-up has its first administrator and the second has not accepted the invitation. */
export async function isSetupOpen(tx: Tx, tenantId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM setup s
    WHERE s.tenant_id = ${tenantId}::uuid AND s.first_user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM invitation i
      WHERE i.user_id = s.second_user_id AND i.used_at IS NOT NULL)`);
  return rows.length > 0;
}
