import "server-only";
import { composeEntry } from "@/lib/audit/entry/compose-entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry, EntryRows } from "@/lib/context/recorder";
import { isUniqueViolation } from "@/lib/db/errors";
import { STATEMENT_MS } from "@/lib/db/prepared";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type ActiveKey, findActiveKeys } from "@/lib/keys/active-keys";
import { plainColumn } from "@/lib/transactions/store";
import {
  type Draft,
  type SealedTransaction,
  sealTransaction,
} from "@/lib/transactions/submit/seal-transaction";
import {
  type NewGroupRow,
  type NewParticipantRow,
  type NewTransactionRow,
  type NewTransactions,
  type NewVersionRow,
  STORE_TRANSACTIONS,
} from "@/lib/transactions/submit/store-rows";
import { wrapRowsOf } from "@/lib/transactions/wraps";

const MAX_RESEALS = 5;
/** Sealing is synchronous; between slices the event loop serves others. */
const SEAL_SLICE = 25;
/**
 * Time limit for storing one transaction. It takes a few milliseconds, so a thousand in one call finish in time even on a
 * machine that is thirty times slower.
 */
const STORE_EACH_MS = 90;

export interface Stored {
  readonly sealed: SealedTransaction;
  readonly entry: AppendedEntry;
}

function createEvent({ draft, groups, record, meta }: SealedTransaction): AuditEvent {
  return {
    class: "transaction",
    outcome: "done",
    action: "transaction.create",
    subjects: [`transaction:${draft.id}`],
    details: {
      transaction: draft.id,
      job_id: draft.input.job_id,
      participants: [...draft.participants],
      confidential: draft.confidential,
      groups: groups.map((group) => group.group),
    },
    pub: {
      meta,
      ...(record === undefined ? {} : { rd: record.rd, envelopes: groups.map((group) => group.digests) }),
    },
    index: { transactionId: draft.id },
  };
}

function groupRows({ sealed, entry }: Stored, tenantId: string): NewGroupRow[] {
  return sealed.groups.map(({ group, gen, ep, fieldCount, envelope, digests }) => ({
    transaction_id: sealed.draft.id,
    grp: group,
    gen,
    tenant_id: tenantId,
    ep,
    field_count: fieldCount,
    protected: envelope.protected,
    iv: envelope.iv,
    ciphertext: envelope.ciphertext,
    tag: envelope.tag,
    bd: digests.bd,
    entry_id: entry.id,
  }));
}

function transactionRow(cx: Context, { sealed, entry }: Stored): NewTransactionRow {
  const { draft, record, meta } = sealed;
  const plain = plainColumn(sealed.plain);
  return {
    id: draft.id,
    tenant_id: cx.instance.tenantId,
    job_id: draft.input.job_id,
    submitter: cx.principal.participantId ?? cx.principal.handle,
    status: "created",
    confidential: draft.confidential,
    participants: draft.participants,
    digest_list: record?.list ?? [],
    ...(record === undefined ? {} : { rd: record.rd }),
    meta,
    ...(plain === undefined ? {} : { plain }),
    ...(draft.input.occurred_at === undefined ? {} : { occurred_at: draft.input.occurred_at }),
    created_at: draft.createdAt,
    created_at_us: String(draft.createdAtMicros),
    create_entry_id: entry.id,
  };
}

function participantRows({ draft }: SealedTransaction, tenantId: string): NewParticipantRow[] {
  return draft.participants.map((participant_id) => ({
    transaction_id: draft.id,
    participant_id,
    tenant_id: tenantId,
    created_at_us: String(draft.createdAtMicros),
  }));
}

function versionRow(cx: Context, { sealed: { draft }, entry }: Stored): NewVersionRow {
  return {
    transaction_id: draft.id,
    version: 1,
    tenant_id: cx.instance.tenantId,
    change: "create",
    after: { status: "created" },
    at: draft.createdAt,
    by_user_id: cx.principal.userId,
    entry_id: entry.id,
  };
}

function rowsOf(cx: Context, stored: readonly Stored[], entries: readonly EntryRows[]): NewTransactions {
  const { tenantId } = cx.instance;
  return {
    keyVersionIds: [
      ...new Set(stored.flatMap(({ sealed }) => sealed.keys.map(({ keyVersionId }) => keyVersionId))),
    ],
    entries,
    transactions: stored.map((one) => transactionRow(cx, one)),
    participants: stored.flatMap(({ sealed }) => participantRows(sealed, tenantId)),
    groups: stored.flatMap((one) => groupRows(one, tenantId)),
    versions: stored.map((one) => versionRow(cx, one)),
    wraps: stored.flatMap(({ sealed }) => wrapRowsOf(sealed, tenantId)),
  };
}

async function sealAll(cx: Context, drafts: readonly Draft[], keys: readonly ActiveKey[]) {
  const escrow = await cx.escrow.epoch();
  const sealed: SealedTransaction[] = [];
  for (const draft of drafts) {
    if (sealed.length > 0 && sealed.length % SEAL_SLICE === 0) await new Promise(setImmediate);
    sealed.push(sealTransaction(draft, keys, escrow));
  }
  return sealed;
}

/** Throws `participant.no-active-key` if a participant of these drafts has no key among `keys`. */
function refuseKeyless(drafts: readonly Draft[], keys: readonly ActiveKey[]): void {
  const withKey = new Set(keys.map((key) => key.participantId));
  const keyless = drafts.flatMap((draft) => draft.participants).find((id) => !withKey.has(id));
  if (keyless === undefined) return;
  throw new DomainError("participant.no-active-key", {
    detail: `Participant ${keyless} has no active key.`,
    extra: { participant: keyless },
  });
}

/**
 * Seals the drafts first and then stores them with one statement, together with an entry for each. The statement locks the
 * keys and compares them first. If one was rotated meanwhile, it stores nothing, and all drafts are sealed again with the
 * new keys.
 */
export async function sealAndStore(
  cx: Context,
  drafts: readonly Draft[],
  known: readonly ActiveKey[],
): Promise<Stored[]> {
  const ids = [...new Set(drafts.flatMap((draft) => draft.participants))];
  let keys = known;
  for (let attempt = 0; attempt < MAX_RESEALS; attempt += 1) {
    refuseKeyless(drafts, keys);
    const stored = await storeOnce(cx, await sealAll(cx, drafts, keys));
    if (stored !== undefined) return stored;
    keys = await inSnapshot(cx, (tx) => findActiveKeys(cx, tx, ids));
  }
  throw new DomainError("request.conflict", {
    detail: "The keys of the participants changed during this call. Try again.",
    retryAfterSeconds: 1,
  });
}

/** Stores all of them or, if one of their keys is not active any more, none. */
async function storeOnce(cx: Context, sealed: readonly SealedTransaction[]): Promise<Stored[] | undefined> {
  const stored: Stored[] = [];
  const entries: EntryRows[] = [];
  for (const one of sealed) {
    const { appended, rows } = await composeEntry(cx, createEvent(one));
    stored.push({ sealed: one, entry: appended });
    entries.push(rows);
  }
  const isStored = await insertAll(cx, rowsOf(cx, stored, entries));
  return isStored ? stored : undefined;
}

async function insertAll({ db }: Context, rows: NewTransactions): Promise<boolean> {
  const many = rows.transactions.length;
  const limitMs = STATEMENT_MS + many * STORE_EACH_MS;
  try {
    const [answer] =
      many === 1
        ? await db.run(STORE_TRANSACTIONS, rows)
        : await db.prepared.transaction((tx) => tx.finish(STORE_TRANSACTIONS, rows), { limitMs });
    return answer?.go === true;
  } catch (error) {
    if (!isUniqueViolation(error, "transaction_pkey")) throw error;
    throw new DomainError("transaction.exists", { detail: "The transaction id is taken." });
  }
}
