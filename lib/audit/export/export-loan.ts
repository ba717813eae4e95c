import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import type { AuditEvent } from "../entry/event";
import type { ExportQuery } from "../schema";

/** The unit of a grant's export budget that one export uses, in the transaction of the export's own entry. */
export interface ExportLoan {
  /** The fence and subjects of that entry. */
  readonly entry: Pick<AuditEvent, "subjects" | "purpose" | "caseId" | "caseDetails" | "index">;
  /** Uses one unit of the budget. It locks the grant's row, so it must come last. Throws when no unit is left. */
  take(): Promise<void>;
}

/**
 * Checks whether the caller may export under the grant; throws the refusal. The caller supplies it, so that the log's
 * code knows nothing of grants.
 */
export type ExportLender = (tx: Tx, grantId: string) => Promise<ExportLoan>;

/**
 * Returns the loan of an export that names a grant; undefined for other exports. Throws InvariantError if no lender
 * is given.
 */
export async function lendingOf(
  tx: Tx,
  { grant_id: grantId }: Pick<ExportQuery, "grant_id">,
  lender: ExportLender | undefined,
): Promise<ExportLoan | undefined> {
  if (grantId === undefined) return undefined;
  if (lender === undefined) throw new InvariantError("an export under a grant has no lender");
  return lender(tx, grantId);
}
