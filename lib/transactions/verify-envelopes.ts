import { z } from "zod";
import { type Entry, entryLeaf, parseEntry } from "@/lib/audit/entry/entry";
import { equalConstantTime, fromBase64url, fromUtf8 } from "@/lib/crypto/bytes";
import {
  bodyDigest,
  type Envelope,
  type EnvelopeContext,
  metadataDigest,
  recipientsDigest,
} from "@/lib/crypto/envelope/envelope";
import { recordDigest } from "@/lib/crypto/envelope/record-digest";
import { parseMicros } from "@/lib/crypto/instant";
import { parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import { Jwe, type RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { WrapRow } from "@/lib/keys/wraps/store-wraps";
import type { EntryLeaf, GroupRow, TransactionRow } from "@/lib/transactions/rows";

/** A stored group with its rebuilt envelope. */
export interface SealedGroupRow {
  readonly row: GroupRow;
  readonly context: EnvelopeContext;
  readonly wraps: readonly WrapRow[];
  readonly envelope: Envelope;
}

interface Evidence {
  /** Origin of the present log. */
  readonly log: string;
  /** Returns whether the configuration names this origin as an earlier log of the instance. */
  readonly isClosedLog: (origin: string) => boolean;
  readonly transaction: TransactionRow;
  readonly groups: readonly SealedGroupRow[];
  /** Canonical bytes by entry id. */
  readonly entries: ReadonlyMap<string, Uint8Array>;
  /** Leaves by entry id, of entries in a tree. */
  readonly leaves: ReadonlyMap<string, EntryLeaf>;
  readonly nowMicros: bigint;
}

/** How long after its time an entry may still wait for its leaf (audit.md). */
const MERGE_DELAY_MICROS = 60_000_000n;

/**
 * Returns whether an entry is in the tree of its own log, or is a new entry of the present log. A person who can write
 * rows can also write an entry, so only new entries may lack a leaf. A closed log accepts no entries, so none of its
 * entries is new.
 */
function isInTree(evidence: Evidence, entry: Entry, bytes: Uint8Array): boolean {
  const leaf = evidence.leaves.get(entry.id);
  if (leaf !== undefined) return leaf.log === entry.log && equalConstantTime(leaf.hash, entryLeaf(bytes));
  if (entry.log !== evidence.log) return false;
  const age = evidence.nowMicros - parseMicros(entry.at);
  return age <= MERGE_DELAY_MICROS && age >= -MERGE_DELAY_MICROS;
}

function entryOf(evidence: Evidence, id: string): Entry | undefined {
  const bytes = evidence.entries.get(id);
  if (bytes === undefined) return undefined;
  try {
    const entry = parseEntry(bytes);
    const isOurLog = entry.log === evidence.log || evidence.isClosedLog(entry.log);
    return entry.id === id && isOurLog && isInTree(evidence, entry, bytes) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns a function that finds an entry of this evidence by its id. It parses each entry and compares it with its leaf
 * only once, however many groups the entry binds.
 */
function entriesOf(evidence: Evidence): (id: string) => Entry | undefined {
  const known = new Map<string, Entry | undefined>();
  return (id) => {
    if (!known.has(id)) known.set(id, entryOf(evidence, id));
    return known.get(id);
  };
}

function isRecordBound({ transaction, groups }: Evidence, created: Entry): boolean {
  const meta = metadataDigest({
    tx: transaction.id,
    job_id: transaction.jobId,
    participants: [...transaction.participants],
    created_at: transaction.createdAt,
  });
  if (created.pub?.meta !== meta) return false;
  // Without sealed groups there is no record. With one, the entry that created the transaction fixes it permanently.
  if (created.pub.rd === undefined) return transaction.digestList.length === 0 && groups.length === 0;
  return created.pub.rd === recordDigest(transaction.id, transaction.digestList);
}

const Header = z.object({ cfx: z.object({ rd: z.string() }) });

/** Returns the record digest in an envelope's protected header. */
function headerRecord(envelope: Envelope): string | undefined {
  try {
    const header = Header.safeParse(parseCanonicalJson(fromUtf8(fromBase64url(envelope.protected))));
    return header.data?.cfx.rd;
  } catch {
    return undefined;
  }
}

/** Returns whether a group is bound. Another entry may bind a later generation, but only to the first one's record. */
function isGroupBound(
  { row, envelope, context }: SealedGroupRow,
  entry: Entry | undefined,
  rd: string | undefined,
): boolean {
  if (rd === undefined || context.rd !== rd || headerRecord(envelope) !== rd) return false;
  const pub = entry?.pub;
  if (pub?.rd !== undefined && pub.rd !== rd) return false;
  const bound = pub?.envelopes?.find((item) => item.grp === row.group && item.gen === row.gen);
  if (bound === undefined) return false;
  return bound.bd === bodyDigest(envelope) && bound.rl === recipientsDigest(envelope.recipients);
}

/**
 * Returns whether the rows match what the log binds: metadata, digest list, the set of groups, and each group's body
 * and recipients. A person who knows only public keys could seal another body for the same transaction. So this check
 * comes before any unwrapping.
 */
export function areEnvelopesBound(evidence: Evidence): boolean {
  const find = entriesOf(evidence);
  const created = find(evidence.transaction.createEntryId);
  if (created === undefined || !isRecordBound(evidence, created)) return false;
  const expected = new Set((created.pub?.envelopes ?? []).map((item) => item.grp));
  const present = evidence.groups.map(({ row }) => row.group);
  if (present.length !== expected.size || !present.every((group) => expected.has(group))) return false;
  return evidence.groups.every((group) => isGroupBound(group, find(group.row.entryId), created.pub?.rd));
}

/** Returns a sealed group in the custodian's form. */
export function registrationItem(row: TransactionRow, group: SealedGroupRow): RegistrationItem {
  return {
    tx: row.id,
    grp: group.row.group,
    ep: group.row.ep,
    gen: group.row.gen,
    fields: group.row.fieldCount,
    rd_list: [...row.digestList],
    jwe: Jwe.parse(group.envelope),
  };
}
