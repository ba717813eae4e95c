import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** Serialises two calls at the same time, across processes. */
export async function takeTurns(tx: Tx, what: string): Promise<void> {
  await tx.$queryRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${what}, 0))::text`);
}

/**
 * Refuses an address whose mailbox already has an account in the tenant, in any spelling. Case, width, a plus with its
 * suffix, and the dots of the one provider known to ignore them make no difference. Deactivated accounts count, as for
 * the exact address.
 */
export async function requireNewMailbox(tx: Tx, tenantId: string, email: string): Promise<void> {
  await takeTurns(tx, `mailbox:${tenantId}`);
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM app_user u
    WHERE u.tenant_id = ${tenantId}::uuid AND u.mailbox = email_identity(${email}) LIMIT 1`);
  if (rows.length === 0) return;
  throw new DomainError("person.mailbox", {
    detail:
      "Different spellings of an address count as one mailbox. The address of a person who has left cannot be used again.",
  });
}

/** Returns whether another person has, or had, a credential with this public key. */
export async function isAnothersKey(
  tx: Tx,
  key: { readonly tenantId: string; readonly userId: string; readonly publicKey: Uint8Array },
): Promise<boolean> {
  await takeTurns(tx, `key:${Buffer.from(key.publicKey).toString("base64url")}`);
  const found = await tx.credential.findFirst({
    where: {
      tenant_id: key.tenantId,
      public_key: Uint8Array.from(key.publicKey),
      user_id: { not: key.userId },
    },
    select: { id: true },
  });
  return found !== null;
}

/**
 * Returns whether two accounts belong to one human: the same account, or two that share a mailbox or passkey (ADR
 * 0037).
 */
export async function isSameHuman(tx: Tx, one: string, other: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(
    Prisma.sql`SELECT 1 FROM same_human(${one}::uuid) AS account (id) WHERE account.id = ${other}::uuid`,
  );
  return rows.length > 0;
}
