import "server-only";
import { grantReference } from "@/lib/access/requests/view";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

interface ReferenceRow {
  readonly id: string;
  readonly kind: "request" | "grant" | "policy";
  /** Of the request itself, or of the one that a grant rests on; null where it rests on something else. A set's number. */
  readonly reference: string | null;
  readonly breakGlass: string | null;
}

function nameOf({ id, kind, reference, breakGlass }: ReferenceRow): string {
  if (kind !== "grant") return reference ?? id;
  return grantReference({
    id,
    requestReference: reference ?? undefined,
    breakGlass: breakGlass ?? undefined,
  });
}

/** Returns the references of those of these grants that rest on no request, by id: such a reference is made of the id. */
export async function readOwnReferences(
  tx: Tx,
  tenantId: string,
  grants: readonly { readonly subject: string }[],
): Promise<Map<string, string>> {
  if (grants.length === 0) return new Map();
  const rows = await tx.$queryRaw<ReferenceRow[]>(Prisma.sql`
    SELECT g.id::text, 'grant' AS kind, NULL AS reference, g.break_glass_id::text AS "breakGlass"
    FROM access_grant g WHERE g.tenant_id = ${tenantId}::uuid AND g.request_id IS NULL
      AND g.id = ANY (${grants.map(({ subject }) => subject)}::uuid[])`);
  return new Map(rows.map((row) => [row.id, nameOf(row)]));
}

/**
 * Returns the names that people use for these things, by id: a request's reference, a policy set's number, and a grant's
 * as its own page and the API name it. Show it only to people who may know of them.
 */
export async function readReferences(
  tx: Tx,
  tenantId: string,
  subjects: readonly { readonly kind: string; readonly subject: string }[],
): Promise<Map<string, string>> {
  const idsOf = (kind: string) => subjects.filter((one) => one.kind === kind).map(({ subject }) => subject);
  const [requests, grants, policies] = [idsOf("request"), idsOf("grant"), idsOf("policy")];
  if (requests.length + grants.length + policies.length === 0) return new Map();
  const rows = await tx.$queryRaw<ReferenceRow[]>(Prisma.sql`
    SELECT r.id::text, 'request' AS kind, r.reference, NULL AS "breakGlass" FROM access_request r
    WHERE r.tenant_id = ${tenantId}::uuid AND r.id = ANY (${requests}::uuid[])
    UNION ALL
    SELECT p.id::text, 'policy', p.number::text, NULL FROM policy_set p
    WHERE p.tenant_id = ${tenantId}::uuid AND p.id = ANY (${policies}::uuid[])
    UNION ALL
    SELECT g.id::text, 'grant', r.reference, g.break_glass_id::text
    FROM access_grant g LEFT JOIN access_request r ON r.id = g.request_id
    WHERE g.tenant_id = ${tenantId}::uuid AND g.id = ANY (${grants}::uuid[])`);
  return new Map(rows.map((row) => [row.id, nameOf(row)]));
}
