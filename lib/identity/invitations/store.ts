import "server-only";
import type { Tx } from "@/lib/db/transaction";

export interface StoredInvitation {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  /** Role and duties in the invitation. */
  readonly role: string;
  readonly duties: readonly string[];
  readonly hash: Uint8Array;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewInvitation extends Omit<StoredInvitation, "usedAt" | "revokedAt"> {
  readonly tenantId: string;
  readonly createdAt: Date;
  /** Absent for the first administrators. */
  readonly invitedBy: string | undefined;
}

export async function insertInvitation(tx: Tx, invitation: NewInvitation): Promise<void> {
  await tx.invitation.create({
    data: {
      id: invitation.id,
      tenant_id: invitation.tenantId,
      user_id: invitation.userId,
      email: invitation.email,
      role: invitation.role,
      duties: [...invitation.duties],
      token_hash: Uint8Array.from(invitation.hash),
      created_at: invitation.createdAt,
      invited_by: invitation.invitedBy ?? null,
      expires_at: invitation.expiresAt,
    },
    select: { id: true },
  });
}

/** Takes a person's open invitations back, expired ones too, and returns them. */
export async function revokeInvitations(tx: Tx, userId: string, at: Date): Promise<string[]> {
  const rows = await tx.invitation.updateManyAndReturn({
    where: { user_id: userId, used_at: null, revoked_at: null },
    data: { revoked_at: at },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

export async function findInvitation(
  tx: Tx,
  tenantId: string,
  id: string,
): Promise<StoredInvitation | undefined> {
  const row = await tx.invitation.findFirst({ where: { id, tenant_id: tenantId } });
  return row === null
    ? undefined
    : {
        id: row.id,
        userId: row.user_id,
        email: row.email,
        role: row.role,
        duties: row.duties,
        hash: row.token_hash,
        expiresAt: row.expires_at,
        usedAt: row.used_at,
        revokedAt: row.revoked_at,
      };
}

/** Takes an invitation, once and in time. One statement, so only one of two uses can succeed. */
export async function takeInvitation(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.invitation.updateMany({
    where: { id, used_at: null, revoked_at: null, expires_at: { gt: at } },
    data: { used_at: at },
  });
  return count === 1;
}
