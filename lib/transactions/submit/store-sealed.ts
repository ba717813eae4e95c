import "server-only";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntries } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, TIMEOUT_MS, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type ActiveKey, lockActiveKeys } from "@/lib/keys/active-keys";
import { storeWraps } from "@/lib/keys/wraps/store-wraps";
import { insertTransactions, type NewRows, plainColumn } from "@/lib/transactions/store";
import {
  type Draft,
  type SealedTransaction,
  sealTransaction,
} from "@/lib/transactions/submit/seal-transaction";
import { wrapRowsOf } from "@/lib/transactions/wraps";

const MAX_RESEALS = 5;
/** Sealing is synchronous; between slices the event loop serves others. */
const SEAL_SLICE = 25;
/**
 * Storing one takes a few milliseconds, so a thousand in one call still end on a machine that is thirty times slower.
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

function groupRows(sealed: SealedTransaction, tenantId: string, entryId: string): NewRows["groups"] {
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
    entry_id: entryId,
  }));
}

function transactionRow(cx: Context, sealed: SealedTransaction, entryId: string): NewRows["transaction"] {
  const { draft, record, meta } = sealed;
  const plain = plainColumn(sealed.plain);
  return {
    id: draft.id,
    tenant_id: cx.instance.tenantId,
    job_id: draft.input.job_id,
    submitter: cx.principal.participantId ?? cx.principal.handle,
    status: "created",
    confidential: draft.confidential,
    participants: [...draft.participants],
    digest_list: record === undefined ? [] : [...record.list],
    ...(record === undefined ? {} : { rd: record.rd }),
    meta,
    ...(plain === undefined ? {} : { plain }),
    ...(draft.input.occurred_at === undefined ? {} : { occurred_at: draft.input.occurred_at }),
    created_at: draft.createdAt,
    created_at_us: draft.createdAtMicros,
    create_entry_id: entryId,
  };
}

function rowsOf(cx: Context, { sealed, entry }: Stored): NewRows {
  const { draft } = sealed;
  const tenant_id = cx.instance.tenantId;
  return {
    transaction: transactionRow(cx, sealed, entry.id),
    participants: draft.participants.map((participant_id) => ({
      transaction_id: draft.id,
      participant_id,
      tenant_id,
      created_at_us: draft.createdAtMicros,
    })),
    groups: groupRows(sealed, tenant_id, entry.id),
    version: {
      transaction_id: draft.id,
      version: 1,
      tenant_id,
      change: "create",
      after: { status: "created" },
      at: draft.createdAt,
      by_user_id: cx.principal.userId,
      entry_id: entry.id,
    },
  };
}

/** Returns whether every key sealed to is still its participant's active one; their rows stay locked until commit. */
async function areKeysActive(tx: Tx, cx: Context, sealed: readonly SealedTransaction[]): Promise<boolean> {
  const used = new Map(sealed.flatMap(({ keys }) => keys.map((key) => [key.keyVersionId, key] as const)));
  const active = await lockActiveKeys(cx, tx, [
    ...new Set([...used.values()].map((key) => key.participantId)),
  ]);
  const ids = new Set(active.map((key) => key.keyVersionId));
  return [...used.keys()].every((id) => ids.has(id));
}

async function insertAll(tx: Tx, cx: Context, sealed: readonly SealedTransaction[]): Promise<Stored[]> {
  const entries = await appendEntries(tx, cx, sealed.map(createEvent));
  const stored = sealed.flatMap((one, at) => {
    const entry = entries[at];
    return entry === undefined ? [] : [{ sealed: one, entry }];
  });
  await insertTransactions(
    tx,
    stored.map((one) => rowsOf(cx, one)),
  );
  await storeWraps(
    tx,
    sealed.flatMap((one) => wrapRowsOf(one, cx.instance.tenantId, () => uuidv7(cx.clock.nowMs()))),
  );
  return stored;
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

/** Returns current keys of these drafts' participants; a participant without one fails the write. */
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
 * Seals outside and stores inside one transaction, together with an entry per draft. The keys are locked and compared
 * first. If one was rotated meanwhile, all is sealed again with the new keys.
 */
export async function sealAndStore(
  cx: Context,
  drafts: readonly Draft[],
  known: readonly ActiveKey[],
  findKeys: (ids: readonly string[]) => Promise<ActiveKey[]>,
): Promise<Stored[]> {
  const ids = [...new Set(drafts.flatMap((draft) => draft.participants))];
  let keys = known;
  for (let attempt = 0; attempt < MAX_RESEALS; attempt += 1) {
    refuseKeyless(drafts, keys);
    const sealed = await sealAll(cx, drafts, keys);
    const stored = await storeOnce(cx, sealed);
    if (stored !== undefined) return stored;
    keys = await findKeys(ids);
  }
  throw new DomainError("request.conflict", {
    detail: "The participants' keys keep changing.",
    retryAfterSeconds: 1,
  });
}

async function storeOnce(cx: Context, sealed: readonly SealedTransaction[]): Promise<Stored[] | undefined> {
  try {
    return await inTransaction(
      cx,
      async (tx) => {
        if (!(await areKeysActive(tx, cx, sealed))) return undefined;
        return insertAll(tx, cx, sealed);
      },
      TIMEOUT_MS + sealed.length * STORE_EACH_MS,
    );
  } catch (error) {
    if (!isUniqueViolation(error, "transaction_pkey")) throw error;
    throw new DomainError("transaction.exists", { detail: "The transaction id is taken." });
  }
}
