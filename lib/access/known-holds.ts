import "server-only";
import { findHolds } from "@/lib/access/preservations/store";
import { type Reader, seesEveryCase } from "@/lib/audit/reading/filter";
import type { Tx } from "@/lib/db/transaction";

/**
 * Until when each of these records is under a legal hold that the reader may know of: one of his own organisation's, and
 * every one for those who decide about requests. A hold of another agency never changes what he is answered (I12).
 */
export async function knownHolds(
  tx: Tx,
  reader: Reader & { readonly tenantId: string },
  transactions: readonly string[],
  at: Date,
): Promise<ReadonlyMap<string, Date>> {
  const organisationId = seesEveryCase({ principal: reader }) ? undefined : reader.organisationId;
  return findHolds(tx, { tenantId: reader.tenantId, organisationId }, transactions, at);
}
