import "server-only";
import { findHolds } from "@/lib/access/preservations/store";
import { type Reader, seesEveryCase } from "@/lib/audit/reading/fence";
import { findSealedCasesAt } from "@/lib/audit/reading/sealed-store";
import type { Tx } from "@/lib/db/transaction";

/**
 * Until when each of these records is under a legal hold that the reader may know of: one of his own organisation's, and
 * every one for those who decide about requests, others' on his own organisations' records left out. A hold of another agency never changes what he is answered (I12).
 */
export async function knownHolds(
  tx: Tx,
  reader: Reader & { readonly tenantId: string },
  transactions: readonly string[],
  at: Date,
): Promise<ReadonlyMap<string, Date>> {
  const { tenantId } = reader;
  if (!seesEveryCase({ principal: reader }))
    return findHolds(tx, { tenantId, organisationId: reader.organisationId }, transactions, at);
  const sealed = await findSealedCasesAt(tx, reader, at);
  return findHolds(tx, { tenantId, organisationId: undefined, sealed }, transactions, at);
}
