import "server-only";
import { findGrantsOf } from "@/lib/access/grants/store";
import { findOpening, type OpeningRow } from "@/lib/access/openings/store";
import { knownHolds } from "@/lib/access/preservations/list-preservations";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { ageDays, retentionDays } from "@/lib/access/rules/limits";
import { type Reader, readReader } from "@/lib/access/rules/reader";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isRemovedPasskey } from "@/lib/identity/roster/people-store";
import { loadSealed, type SealedRecord } from "@/lib/transactions/read/load-sealed";
import { isParty, mayKnow } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AuditBody } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";

/** Everything that decides one opening, read in one snapshot. The rows prove nothing until they are checked. */
export interface OpeningFacts {
  readonly row: TransactionRow;
  readonly record: SealedRecord;
  readonly reader: Reader;
  /** The reader is a party of the transaction and needs no grant. */
  readonly isOwn: boolean;
  /** The reader's own grants that name the transaction; none are read for a party. */
  readonly grants: readonly GrantFacts[];
  /** End of a legal hold that the reader may know of. It is read for old records only. */
  readonly holdUntil: Date | undefined;
  /** The prepared opening that the call names, if it is the reader's own, unused and in time. */
  readonly prepared: OpeningRow | undefined;
  /** Its owner removed the passkey that signed the opening. */
  readonly isPasskeyRemoved: boolean;
}

/** Reads the hold only for an old record, because only the age limit depends on holds. */
async function readHold(tx: Tx, cx: Context, row: TransactionRow): Promise<Date | undefined> {
  const now = cx.clock.now();
  const createdAt = new Date(Number(row.createdAtMicros / 1000n));
  if (ageDays(createdAt, now) <= retentionDays(cx.principal.role)) return undefined;
  return (await knownHolds(tx, cx.principal, [row.id], now)).get(row.id);
}

/** Facts that only an opening under a grant needs. */
async function readForGrant(tx: Tx, cx: Context, transactionId: string, { opening }: AuditBody) {
  const { userId } = cx.principal;
  // A grant whose row cannot be read permits no opening.
  const grants = readableOf(
    await findGrantsOf(tx, { tenantId: cx.instance.tenantId, userId, transactionId }),
  );
  if (opening === undefined) return { grants, prepared: undefined, isPasskeyRemoved: false };
  const { opening_id: id, signature } = opening;
  const isPasskeyRemoved =
    signature.kind === "passkey" && (await isRemovedPasskey(tx, signature.credential_id));
  return { grants, prepared: await findOpening(tx, { id, userId, at: cx.clock.now() }), isPasskeyRemoved };
}

const NOTHING_FOR_GRANT = { grants: [], prepared: undefined, isPasskeyRemoved: false };

/**
 * Step 1 of an opening: reads all that decides it and changes nothing. Throws `transaction.not-found` after the same
 * statements for a transaction that the caller may not know of as for one that does not exist (I12).
 */
export async function readOpeningFacts(cx: Context, id: string, input: AuditBody): Promise<OpeningFacts> {
  const facts = await inSnapshot(cx, async (tx) => {
    const row = await findTransaction(tx, cx.instance.tenantId, id);
    if (row === undefined || !mayKnow(cx.principal, row.participants)) return undefined;
    const isOwn = isParty(cx.principal, row.participants);
    return {
      row,
      record: await loadSealed(tx, row),
      reader: await readReader(tx, cx.principal),
      isOwn,
      holdUntil: await readHold(tx, cx, row),
      ...(isOwn ? NOTHING_FOR_GRANT : await readForGrant(tx, cx, row.id, input)),
    };
  });
  if (facts === undefined) throw new DomainError("transaction.not-found");
  return facts;
}
