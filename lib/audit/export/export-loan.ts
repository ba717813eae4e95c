import "server-only";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import type { AuditEvent } from "../entry/event";
import type { ExportQuery } from "../schema";

/** What an export under a grant takes of it, in the transaction of the export's own entry. */
export interface ExportLoan {
  /** Where that entry lies in the log. */
  readonly entry: Pick<AuditEvent, "subjects" | "purpose" | "caseId" | "caseDetails" | "index">;
  /** Takes one unit of the budget; it locks the grant's row, so it comes last. Throws when there is none left. */
  take(): Promise<void>;
}

/** Says whether the caller may export under the grant; throws its refusal. Grants are no business of the log's. */
export type ExportLender = (tx: Tx, grantId: string) => Promise<ExportLoan>;

/** The loan of an export that names a grant; one that names none takes nothing. Without a lender it is no export. */
export async function lendingOf(
  tx: Tx,
  { grant_id: grantId }: Pick<ExportQuery, "grant_id">,
  lender: ExportLender | undefined,
): Promise<ExportLoan | undefined> {
  if (grantId === undefined) return undefined;
  if (lender === undefined) throw new InvariantError("an export under a grant that nobody lends");
  return lender(tx, grantId);
}
