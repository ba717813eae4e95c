import "server-only";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { AuditEvent } from "../entry/event";
import { recordEvent } from "../record/record-event";

type Place = Pick<AuditEvent, "subjects" | "details" | "caseId" | "caseDetails" | "index">;

const Row = z.object({ grant: z.string(), request: z.string().nullable() });

/**
 * Where an entry about an export lies: of one under a grant in the grant's case, as its first entry does. A download, an
 * end or a refusal beside it would tell of a grant that others may not know of (I12).
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

/**
 * Runs what somebody does with an export of his; that it is refused is written down within the export's case before the
 * refusal goes on, so that it is not written down outside of it.
 */
export async function refusedInPlace<T>(
  cx: Context,
  { id, action }: { readonly id: string; readonly action: string },
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DomainError) || error.status !== 403) throw error;
    const { code } = error;
    const place = await inSnapshot(cx, (tx) => exportPlace(tx, id, { code }));
    if (place.caseId !== undefined) {
      const access = { dataAccessed: [], success: false, error: code };
      await recordEvent(cx, { class: "export", outcome: "denied", action, ...place, access });
    }
    throw error;
  }
}
