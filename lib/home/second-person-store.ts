import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { type Readable, readRows } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";

const Waiting = z.object({ id: z.string(), name: z.string(), person: z.string(), at: z.date() });
/** An act that one person asked for and another must agree to. */
export type Waiting = z.infer<typeof Waiting>;

interface Reader {
  readonly tenantId: string;
  readonly userId: string;
  readonly limit: number;
}

/** Returns erasures that the reader may agree to, oldest first: not those they asked for, and not of their own data. */
export async function listErasuresFor(
  tx: Tx,
  { tenantId, userId, limit }: Reader,
): Promise<Readable<Waiting>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT x.id::text, coalesce(s.handle, k.subject) AS name, a.name AS person, x.asked_at AS at
    FROM audit_erasure x JOIN audit_compartment k ON k.id = x.compartment_id JOIN app_user a ON a.id = x.asked_by
    LEFT JOIN app_user s ON s.pseudonym = k.subject AND s.tenant_id = k.tenant_id
    WHERE x.tenant_id = ${tenantId}::uuid AND x.state = 'asked'
      AND x.asked_by NOT IN (SELECT same_human(${userId}::uuid))
      AND (s.id IS NULL OR s.id NOT IN (SELECT same_human(${userId}::uuid)))
    ORDER BY x.id LIMIT ${limit}`);
  return readRows(rows, (row) => Waiting.parse(row));
}

/** Returns registrations of authorities' keys and certificates that the reader may confirm, oldest first. */
export async function listAuthoritiesFor(
  tx: Tx,
  { tenantId, userId, limit }: Reader,
): Promise<Readable<Waiting>[]> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    SELECT y.id::text, y.issuer AS name, a.name AS person, y.proposed_at AS at
    FROM authority y JOIN app_user a ON a.id = y.proposed_by
    WHERE y.tenant_id = ${tenantId}::uuid AND y.state = 'proposed'
      AND y.proposed_by NOT IN (SELECT same_human(${userId}::uuid))
    ORDER BY y.id LIMIT ${limit}`);
  return readRows(rows, (row) => Waiting.parse(row));
}
