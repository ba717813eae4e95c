import "server-only";
import { toPreservation } from "@/lib/access/preservations/rules";
import type { Preservation, PreservationQuery } from "@/lib/access/preservations/schema";
import {
  findHolds,
  findLongestHold,
  listPreservationRows,
  type PreservationRow,
} from "@/lib/access/preservations/store";
import { type Reader, seesEveryCase } from "@/lib/audit/reading/fence";
import { findSealedCases, findSealedCasesAt } from "@/lib/audit/reading/sealed-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { viewRows } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { type Page, requireCursor } from "@/lib/paging";

/**
 * Returns legal holds, newest first: those of the caller's organisation, and for deciders every hold except others' on
 * records where their organisation is a party.
 */
export async function listPreservations(cx: Context, query: PreservationQuery): Promise<Page<Preservation>> {
  const after = requireCursor(query.cursor);
  // People who manage holds may have some. Other callers must not learn that, as with the holds themselves (I12).
  await recordReadOnce(cx, "preservation.read", { caseId: cx.principal.organisationId });
  const organisationId = seesEveryCase(cx) ? undefined : cx.principal.organisationId;
  const rows = await inSnapshot(cx, async (tx) => {
    const sealed = organisationId === undefined ? await findSealedCases(tx, cx) : [];
    const owner = { tenantId: cx.instance.tenantId, organisationId, sealed };
    return listPreservationRows(tx, owner, { after, limit: query.limit + 1 });
  });
  const shown = rows.slice(0, query.limit);
  const next = rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
  return {
    ...viewRows(cx, "preservations", shown, (row: PreservationRow) => toPreservation(cx, row)),
    next_cursor: next,
  };
}

/** A hold that keeps a record longest, as it is shown on the record. */
export interface KnownHold {
  readonly until: string;
  /** Who placed it; absent for a reader of another organisation. */
  readonly person?: string;
}

/** Returns the hold in force on this record that ends last, of those that the caller may know of as in their list. */
export async function knownHold(tx: Tx, cx: Context, transactionId: string): Promise<KnownHold | undefined> {
  const all = seesEveryCase(cx);
  const sealed = all ? await findSealedCases(tx, cx) : [];
  const organisationId = all ? undefined : cx.principal.organisationId;
  const owner = { tenantId: cx.instance.tenantId, organisationId, sealed };
  const found = await findLongestHold(tx, owner, transactionId, cx.clock.now());
  if (found === undefined) return undefined;
  const isOwn = found.organisationId === cx.principal.organisationId;
  return { until: found.until.toISOString(), ...(isOwn ? { person: found.person } : {}) };
}

/**
 * Returns until when each of these records is under a legal hold that the reader may know of. Readers know the holds of
 * their own organisation. Deciders know all holds except those of others on records of the decider's organisation. A
 * hold of another agency never changes the reader's answer (I12).
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
