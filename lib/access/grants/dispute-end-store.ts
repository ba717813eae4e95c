import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { SignedDispute } from "@/lib/escrow/protocol/messages";

/** Returns what a party signed when it opened a dispute; undefined when nothing was sealed. */
export async function findSignedDispute(tx: Tx, disputeId: string): Promise<SignedDispute | undefined> {
  const row = await tx.dispute.findUnique({
    where: { id: disputeId },
    select: { statement: true, signature: true },
  });
  if (row === null || row.statement === null || row.signature === null) return undefined;
  return SignedDispute.parse({ statement: row.statement, signature: row.signature });
}

/** What the custodian is sent when a dispute's statement ends. */
export interface DisputeEnd {
  readonly nonce: string;
  readonly at: Date;
  readonly reason: string;
  /** The newest grant under it, if any. */
  readonly grantId: string | undefined;
}

/** Returns the end of a dispute's statement; undefined while it is valid or when the dispute has no statement. */
export async function findDisputeEnd(tx: Tx, disputeId: string): Promise<DisputeEnd | undefined> {
  const row = await tx.dispute.findUnique({
    where: { id: disputeId },
    select: { nonce: true, resolved_at: true, state: true },
  });
  if (row === null || row.nonce === null || row.resolved_at === null) return undefined;
  const grant = await tx.grant.findFirst({
    where: { dispute_id: disputeId },
    orderBy: { id: "desc" },
    select: { id: true },
  });
  return { nonce: row.nonce, at: row.resolved_at, reason: row.state, grantId: grant?.id };
}

/**
 * Returns the nonce of the dispute statement that ends with a grant's revocation. When support hands over or ends its
 * access, the party's permission continues. When any other person revokes the grant, the permission ends for all.
 */
export async function findEndedNonce(tx: Tx, grantId: string): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ nonce: string | null }[]>(Prisma.sql`
    SELECT d.nonce FROM access_grant g JOIN dispute d ON d.id = g.dispute_id
    WHERE g.id = ${grantId}::uuid AND g.revoked_at IS NOT NULL AND (d.state IN ('resolved', 'withdrawn')
      OR NOT EXISTS (SELECT 1 FROM duty u WHERE u.user_id = g.revoked_by AND u.duty = 'support'))`);
  return rows[0]?.nonce ?? undefined;
}
