import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { Subject } from "@/lib/notify/audience";

/** References of the requests that these things belong to, and of uses of break-glass, by id of the thing; only to be shown to who may know of it. */
export async function readReferences(
  tx: Tx,
  tenantId: string,
  subjects: readonly Subject[],
): Promise<Map<string, string>> {
  const idsOf = (kind: string) => subjects.filter((one) => one.kind === kind).map(({ subject }) => subject);
  const [requests, grants] = [idsOf("request"), idsOf("grant")];
  if (requests.length + grants.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ id: string; reference: string }[]>(Prisma.sql`
    SELECT r.id::text, r.reference FROM access_request r
    WHERE r.tenant_id = ${tenantId}::uuid AND r.id = ANY (${requests}::uuid[])
    UNION ALL
    SELECT g.id::text, r.reference FROM access_grant g JOIN access_request r ON r.id = g.request_id
    WHERE g.tenant_id = ${tenantId}::uuid AND g.id = ANY (${grants}::uuid[])
    UNION ALL
    SELECT g.id::text, 'BG-' || right(g.id::text, 8) FROM access_grant g
    WHERE g.tenant_id = ${tenantId}::uuid AND g.id = ANY (${grants}::uuid[]) AND g.emergency_id IS NOT NULL`);
  return new Map(rows.map(({ id, reference }) => [id, reference]));
}
