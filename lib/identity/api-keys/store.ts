import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

/** A stored API key, with its holder's handle and name. */
export interface KeptApiKey {
  readonly id: string;
  readonly user_id: string;
  readonly handle: string;
  readonly name: string;
  readonly label: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly addresses: readonly string[];
  readonly signing_key: string | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const COLUMNS = Prisma.sql`k.id, k.user_id, u.handle, u.name, k.label, k.prefix, k.scopes, k.addresses, k.signing_key,
  k.created_at, k.expires_at, k.last_used_at, k.revoked_at`;

/** Returns keys of one person or, without one, of the whole tenant, newest first. */
export function selectApiKeys(
  tx: Tx,
  where: {
    readonly tenantId: string;
    readonly userId?: string | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  },
): Promise<KeptApiKey[]> {
  return tx.$queryRaw<KeptApiKey[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM api_key k JOIN app_user u ON u.id = k.user_id
    WHERE k.tenant_id = ${where.tenantId}::uuid
      AND (${where.userId ?? null}::uuid IS NULL OR k.user_id = ${where.userId ?? null}::uuid)
      AND (${where.before ?? null}::uuid IS NULL OR k.id < ${where.before ?? null}::uuid)
    ORDER BY k.id DESC LIMIT ${where.limit}`);
}

/** Returns a key of the tenant. */
export async function selectApiKey(tx: Tx, tenantId: string, id: string): Promise<KeptApiKey | undefined> {
  const rows = await tx.$queryRaw<KeptApiKey[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM api_key k JOIN app_user u ON u.id = k.user_id
    WHERE k.tenant_id = ${tenantId}::uuid AND k.id = ${id}::uuid`);
  return rows[0];
}

/** Returns a key of the tenant, locked against other changes until commit. */
export async function lockApiKey(tx: Tx, tenantId: string, id: string): Promise<KeptApiKey | undefined> {
  const rows = await tx.$queryRaw<KeptApiKey[]>(Prisma.sql`
    SELECT ${COLUMNS} FROM api_key k JOIN app_user u ON u.id = k.user_id
    WHERE k.tenant_id = ${tenantId}::uuid AND k.id = ${id}::uuid FOR UPDATE OF k`);
  return rows[0];
}

const COUNT_LIVE_KEYS = statement<{ readonly userId: string; readonly now: Date }, { readonly many: number }>(
  "count-live-keys",
)`
  SELECT count(*)::int AS many FROM api_key
  WHERE user_id = ${({ userId }) => userId}::uuid AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > ${({ now }) => now}::timestamptz)`;

/** Returns how many keys of a person work now. */
export async function countLiveKeys({ run }: Running, userId: string, now: Date): Promise<number> {
  const [row] = await run(COUNT_LIVE_KEYS, { userId, now });
  return row?.many ?? 0;
}

export async function endApiKey(
  tx: Tx,
  id: string,
  end: { readonly expires_at: Date } | { readonly revoked_at: Date },
): Promise<void> {
  await tx.api_key.update({ where: { id }, data: end, select: { id: true } });
}
