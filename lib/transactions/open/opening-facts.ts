import "server-only";
import { findGrantsOf } from "@/lib/access/grants/store";
import { findOpening, type OpeningRow } from "@/lib/access/openings/store";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { type Reader, readerOf } from "@/lib/access/rules/reader";
import type { Context } from "@/lib/context/context";
import { readableOf } from "@/lib/db/read-rows";
import type { Run } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { isRemovedPasskey } from "@/lib/identity/roster/people-store";
import { findOpeningRecord } from "@/lib/transactions/open/opening-store";
import type { SealedRecord } from "@/lib/transactions/read/load-sealed";
import { isParty, knowsAll, mayKnow } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AuditBody } from "@/lib/transactions/schema";

/** A participant id that no one has. */
const NO_PARTY = "";

/** Everything that decides one opening, read in one snapshot. A legal hold is read later, where it matters. The rows prove nothing until they are checked. */
export interface OpeningFacts {
  readonly row: TransactionRow;
  readonly record: SealedRecord;
  readonly reader: Reader;
  /** The reader is a party of the transaction and needs no grant. */
  readonly isOwn: boolean;
  /** The reader's own grants that name the transaction; none are read for a party. */
  readonly grants: readonly GrantFacts[];
  /** The prepared opening that the call names, if it is the reader's own, unused and in time. */
  readonly prepared: OpeningRow | undefined;
  /** Its owner removed the passkey that signed the opening. */
  readonly isPasskeyRemoved: boolean;
}

type ForGrant = Pick<OpeningFacts, "grants" | "prepared" | "isPasskeyRemoved">;

/** Facts that only an opening under a grant needs. All of them are asked for at once. */
async function readForGrant(run: Run, cx: Context, id: string, { opening }: AuditBody): Promise<ForGrant> {
  const { userId } = cx.principal;
  const found = findGrantsOf(run, { tenantId: cx.instance.tenantId, userId, transactionId: id });
  // A grant whose row cannot be read permits no opening.
  if (opening === undefined) return { ...NOTHING_FOR_GRANT, grants: readableOf(await found) };
  const { opening_id, signature } = opening;
  const [grants, prepared, isPasskeyRemoved] = await Promise.all([
    found,
    findOpening(run, { id: opening_id, userId, at: cx.clock.now() }),
    signature.kind === "passkey" && isRemovedPasskey(run, signature.credential_id),
  ]);
  return { grants: readableOf(grants), prepared, isPasskeyRemoved };
}

const NOTHING_FOR_GRANT: ForGrant = { grants: [], prepared: undefined, isPasskeyRemoved: false };

function readRecord(run: Run, { principal, instance }: Context, id: string, party: string | undefined) {
  const { userId, organisationId } = principal;
  return findOpeningRecord(run, { tenantId: instance.tenantId, id, userId, organisationId, party });
}

/** Staff know of every transaction and need a grant: one snapshot. A party needs the record alone: one statement. */
async function readFacts(cx: Context, id: string, input: AuditBody) {
  const { participantId } = cx.principal;
  if (!knowsAll(cx.principal))
    return { found: await readRecord(cx.db.run, cx, id, participantId ?? NO_PARTY), ...NOTHING_FOR_GRANT };
  return cx.db.prepared.transaction(
    async ({ run }) => {
      const [found, forGrant] = await Promise.all([
        readRecord(run, cx, id, undefined),
        readForGrant(run, cx, id, input),
      ]);
      return { found, ...forGrant };
    },
    { isSnapshot: true },
  );
}

/**
 * Step 1 of an opening: reads all that decides it and changes nothing. Throws `transaction.not-found` after the same
 * statements for a transaction that the caller may not know of as for one that does not exist (I12), and
 * `policy.unavailable` where this process cannot decide by the policies in force.
 */
export async function readOpeningFacts(cx: Context, id: string, input: AuditBody): Promise<OpeningFacts> {
  const { principal } = cx;
  const { found, ...forGrant } = await readFacts(cx, id, input);
  if (found === undefined || !mayKnow(principal, found.row.participants))
    throw new DomainError("transaction.not-found");
  const { row, record, standing, activation } = found;
  await cx.policies.follow(activation);
  const isOwn = isParty(principal, row.participants);
  return {
    row,
    record,
    reader: readerOf(principal, standing),
    isOwn,
    ...(isOwn ? NOTHING_FOR_GRANT : forGrant),
  };
}
