import "server-only";
import { findGrantsOf } from "@/lib/access/grants/store";
import { findOpening, type OpeningRow } from "@/lib/access/openings/store";
import { knownHolds } from "@/lib/access/preservations/known-holds";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { ageDays, retentionDays } from "@/lib/access/rules/limits";
import { type Reader, readerOf } from "@/lib/access/rules/reader";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import { type Run, within } from "@/lib/db/statement";
import { inSnapshot, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { isRemovedPasskey } from "@/lib/identity/roster/people-store";
import { findOpeningRecord } from "@/lib/transactions/open/opening-store";
import type { SealedRecord } from "@/lib/transactions/read/load-sealed";
import { isParty, knowsAll } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AuditBody } from "@/lib/transactions/schema";

/** A participant id that no one has. */
const NO_PARTY = "";

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
  return isOld(cx, row)
    ? (await knownHolds(tx, cx.principal, [row.id], cx.clock.now())).get(row.id)
    : undefined;
}

function isOld({ clock, principal }: Context, row: TransactionRow): boolean {
  const createdAt = new Date(Number(row.createdAtMicros / 1000n));
  return ageDays(createdAt, clock.now()) > retentionDays(principal.role);
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

function readRecord(run: Run, { principal, instance }: Context, id: string, party: string | undefined) {
  const { userId, organisationId } = principal;
  return findOpeningRecord(run, { tenantId: instance.tenantId, id, userId, organisationId, party });
}

/** A party's own record: one statement. */
async function readForParty(cx: Context, id: string): Promise<OpeningFacts | undefined> {
  const { principal } = cx;
  const found = await readRecord(cx.db.run, cx, id, principal.participantId ?? NO_PARTY);
  if (found === undefined || !isParty(principal, found.row.participants)) return undefined;
  const { row, record, standing } = found;
  const holdUntil = isOld(cx, row) ? await inSnapshot(cx, (tx) => readHold(tx, cx, row)) : undefined;
  return { row, record, reader: readerOf(principal, standing), isOwn: true, holdUntil, ...NOTHING_FOR_GRANT };
}

/** Staff know of every transaction and need a grant: one snapshot. */
function readForStaff(cx: Context, id: string, input: AuditBody): Promise<OpeningFacts | undefined> {
  return inSnapshot(cx, async (tx) => {
    const found = await readRecord(within(tx), cx, id, undefined);
    if (found === undefined) return undefined;
    const { row, record, standing } = found;
    const isOwn = isParty(cx.principal, row.participants);
    return {
      row,
      record,
      reader: readerOf(cx.principal, standing),
      isOwn,
      holdUntil: await readHold(tx, cx, row),
      ...(isOwn ? NOTHING_FOR_GRANT : await readForGrant(tx, cx, row.id, input)),
    };
  });
}

/**
 * Step 1 of an opening: reads all that decides it and changes nothing. Throws `transaction.not-found` after the same
 * statements for a transaction that the caller may not know of as for one that does not exist (I12).
 */
export async function readOpeningFacts(cx: Context, id: string, input: AuditBody): Promise<OpeningFacts> {
  const facts = await (knowsAll(cx.principal) ? readForStaff(cx, id, input) : readForParty(cx, id));
  if (facts === undefined) throw new DomainError("transaction.not-found");
  return facts;
}
