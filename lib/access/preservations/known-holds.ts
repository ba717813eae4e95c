import "server-only";
import { findHolds } from "@/lib/access/preservations/store";
import { type Reader, seesEveryCase } from "@/lib/audit/reading/fence";
import { findSealedCasesAt } from "@/lib/audit/reading/sealed-store";
import type { Tx } from "@/lib/db/transaction";

/**
 * Returns until when each of these records is under a legal hold that the reader may know of: holds of their own
 * organisation, and for deciders every hold except others' on records of the deciders' own organisations. A hold of
 * another agency never changes the reader's answer (I12).
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
