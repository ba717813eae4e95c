import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";
import type { AuditEvent } from "../entry/event";

type Place = Pick<AuditEvent, "subjects" | "details" | "caseId" | "caseDetails" | "index">;

const Row = z.object({ grant: z.string(), request: z.string().nullable() });

/**
 * Returns the fence of an entry about an export. For an export under a grant this is the grant's case, as for its
 * first entry. Otherwise a download, an end or a refusal would reveal a grant that others may not know of (I12).
 */
export async function exportPlace(tx: Tx, id: string, more: Place["details"] = {}): Promise<Place> {
  const rows = await tx.$queryRawUnsafe(
    `SELECT g.id::text AS grant, g.request_id::text AS request FROM audit_export x
     JOIN access_grant g ON g.id::text = lower(x.filter ->> 'grant_id') AND g.tenant_id = x.tenant_id WHERE x.id = $1::uuid`,
    id,
  );
  const [found] = z.array(Row).parse(rows);
  const details = { export: id, ...more };
  if (found === undefined) return { subjects: [], details };
  const { grant, request } = found;
  const index = { grantId: grant, ...(request === null ? {} : { requestId: request }) };
  return request === null
    ? { subjects: [], details, index }
    : { subjects: [], caseId: request, caseDetails: details, index };
}
