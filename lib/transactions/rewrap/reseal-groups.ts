import "server-only";
import type { EnvelopeDigests } from "@/lib/audit/entry/event";
import { type Derive, type Envelope, openEnvelope, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { OpenError } from "@/lib/crypto/format-error";
import type { EscrowEpoch } from "@/lib/escrow/protocol/port";
import type { ActiveKey } from "@/lib/keys/active-keys";
import type { Derivers } from "@/lib/transactions/rewrap/rewrap-groups";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

/** A group's next generation: the same fields and salts under a new content key, for today's keys. */
export interface ResealedGroup {
  readonly transactionId: string;
  readonly group: SealedGroupRow["row"]["group"];
  readonly gen: number;
  readonly ep: string;
  readonly fieldCount: number;
  readonly envelope: Envelope;
  readonly digests: EnvelopeDigests;
}

/** The recipients of a resealed envelope: every party's active key, and the escrow's current epoch. */
export interface ResealRecipients {
  readonly keys: readonly ActiveKey[];
  readonly escrow: EscrowEpoch;
}

function ownEntry(group: SealedGroupRow, derivers: Derivers): { kid: string; derive: Derive } {
  for (const { kid } of group.wraps) {
    const derive = derivers.get(kid);
    if (derive !== undefined) return { kid, derive };
  }
  throw new OpenError();
}

async function resealOne(
  transaction: TransactionRow,
  group: SealedGroupRow,
  derivers: Derivers,
  recipients: ResealRecipients,
): Promise<ResealedGroup> {
  const { context, envelope, row } = group;
  const { fields, salts } = await openEnvelope({
    ...context,
    envelope,
    ...ownEntry(group, derivers),
    list: transaction.digestList,
    fieldCount: row.fieldCount,
  });
  const { escrow, keys } = recipients;
  const gen = row.gen + 1;
  const ep = String(escrow.epoch);
  const sealed = sealEnvelope({
    ...context,
    ep,
    gen,
    fields,
    salts,
    recipients: [...keys, { kid: escrow.kid, publicKey: escrow.publicKey }],
  });
  const { bodyDigest: bd, recipientsDigest: rl } = sealed;
  return {
    transactionId: transaction.id,
    group: row.group,
    gen,
    ep,
    fieldCount: row.fieldCount,
    envelope: sealed.envelope,
    digests: { grp: row.group, gen, bd, rl },
  };
}

/**
 * Opens every group with the participant's retired or active key and seals it again: new content key, gen + 1, current
 * epoch. Fields, salts, digest list and record digest do not change (crypto.md "Format"). The caller has compared the
 * groups with the log. Throws OpenError if one does not open, or if a party has no active key.
 */
export async function resealGroups(
  transaction: TransactionRow,
  groups: readonly SealedGroupRow[],
  derivers: Derivers,
  recipients: ResealRecipients,
): Promise<ResealedGroup[]> {
  if (recipients.keys.length !== transaction.participants.length) throw new OpenError();
  const resealed: ResealedGroup[] = [];
  for (const group of groups) resealed.push(await resealOne(transaction, group, derivers, recipients));
  return resealed;
}
