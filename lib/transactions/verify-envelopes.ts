import { type Entry, parseEntry } from "@/lib/audit/entry";
import {
  bodyDigest,
  type Envelope,
  type EnvelopeContext,
  metadataDigest,
  recipientsDigest,
} from "@/lib/crypto/envelope";
import { recordDigest } from "@/lib/crypto/record-digest";
import type { WrapRow } from "@/lib/keys/store-wraps";
import type { GroupRow, TransactionRow } from "@/lib/transactions/store";

/** A stored group with its envelope put together again. */
export interface SealedGroupRow {
  readonly row: GroupRow;
  readonly context: EnvelopeContext;
  readonly wraps: readonly WrapRow[];
  readonly envelope: Envelope;
}

interface Evidence {
  readonly log: string;
  readonly transaction: TransactionRow;
  readonly groups: readonly SealedGroupRow[];
  /** Canonical bytes by entry id. */
  readonly entries: ReadonlyMap<string, Uint8Array>;
}

function entryOf(evidence: Evidence, id: string): Entry | undefined {
  const bytes = evidence.entries.get(id);
  if (bytes === undefined) return undefined;
  try {
    const entry = parseEntry(bytes);
    return entry.id === id && entry.log === evidence.log ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isRecordBound({ transaction }: Evidence, created: Entry): boolean {
  const meta = metadataDigest({
    tx: transaction.id,
    job_id: transaction.jobId,
    participants: [...transaction.participants],
    created_at: transaction.createdAt,
  });
  if (created.pub?.meta !== meta) return false;
  if (created.pub.rd === undefined) return transaction.digestList.length === 0;
  return created.pub.rd === recordDigest(transaction.id, transaction.digestList);
}

function isGroupBound(evidence: Evidence, { row, envelope }: SealedGroupRow): boolean {
  const bound = entryOf(evidence, row.entryId)?.pub?.envelopes?.find(
    (item) => item.grp === row.group && item.gen === row.gen,
  );
  if (bound === undefined) return false;
  return bound.bd === bodyDigest(envelope) && bound.rl === recipientsDigest(envelope.recipients);
}

/**
 * Whether the rows are the ones the log binds: metadata, digest list, the set of groups, and of each group body
 * and recipients. Whoever knows only public keys could seal another body for the same transaction, so this
 * comes before anything is unwrapped.
 */
export function areEnvelopesBound(evidence: Evidence): boolean {
  const created = entryOf(evidence, evidence.transaction.createEntryId);
  if (created === undefined || !isRecordBound(evidence, created)) return false;
  const expected = new Set((created.pub?.envelopes ?? []).map((item) => item.grp));
  const present = evidence.groups.map(({ row }) => row.group);
  if (present.length !== expected.size || !present.every((group) => expected.has(group))) return false;
  return evidence.groups.every((group) => isGroupBound(evidence, group));
}
