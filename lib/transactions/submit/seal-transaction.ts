import "server-only";
import type { EnvelopeDigests } from "@/lib/audit/entry/event";
import type { Clock } from "@/lib/clock";
import { type Envelope, metadataDigest, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { buildRecord } from "@/lib/crypto/envelope/record-digest";
import { formatMicros } from "@/lib/crypto/instant";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { EscrowEpoch } from "@/lib/escrow/protocol/port";
import type { ActiveKey } from "@/lib/keys/active-keys";
import { type Fields, GROUP_ORDER, type Groups, groupsOf, splitGroups } from "@/lib/transactions/groups";
import type { NewTransaction } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

/** A request whose participants are known; nothing in it depends on keys. */
export interface Draft {
  readonly id: string;
  readonly input: NewTransaction;
  readonly confidential: boolean;
  /** As stored: the order is part of the metadata digest. */
  readonly participants: readonly string[];
  readonly createdAtMicros: bigint;
  readonly createdAt: string;
}

export interface SealedGroup {
  readonly group: GroupName;
  readonly ep: string;
  readonly gen: number;
  readonly fieldCount: number;
  readonly envelope: Envelope;
  readonly digests: EnvelopeDigests;
}

export interface SealedTransaction {
  readonly draft: Draft;
  readonly meta: string;
  readonly plain: Groups;
  readonly groups: readonly SealedGroup[];
  /** Absent if nothing is sealed. */
  readonly record: { readonly list: readonly string[]; readonly rd: string } | undefined;
  readonly keys: readonly ActiveKey[];
}

const FIRST_GENERATION = 1;

/** Fixes id, time and participants of a new transaction. The submitter is always a participant, named or not. */
export function draftTransaction(
  clock: Clock,
  input: NewTransaction,
  who: { readonly participants: readonly string[]; readonly hasNaturalPerson: boolean },
): Draft {
  const createdAtMicros = clock.nowMicros();
  return {
    id: input.transaction_id ?? uuidv7(Number(createdAtMicros / 1000n)),
    input,
    confidential: input.confidential ?? who.hasNaturalPerson,
    participants: who.participants,
    createdAtMicros,
    createdAt: formatMicros(createdAtMicros),
  };
}

interface GroupContext {
  readonly tx: string;
  readonly rd: string;
  readonly escrow: EscrowEpoch;
  readonly keys: readonly ActiveKey[];
}

function sealGroup(
  group: GroupName,
  fields: Fields,
  salts: Record<string, string>,
  cx: GroupContext,
): SealedGroup {
  const ep = String(cx.escrow.epoch);
  const { envelope, bodyDigest, recipientsDigest } = sealEnvelope({
    tx: cx.tx,
    group,
    ep,
    gen: FIRST_GENERATION,
    rd: cx.rd,
    fields,
    salts,
    recipients: [...cx.keys, { kid: cx.escrow.kid, publicKey: cx.escrow.publicKey }],
  });
  return {
    group,
    ep,
    gen: FIRST_GENERATION,
    fieldCount: Object.keys(fields).length,
    envelope,
    digests: { grp: group, gen: FIRST_GENERATION, bd: bodyDigest, rl: recipientsDigest },
  };
}

/** Seals the sealed groups for the participants' keys and the escrow. Pure except for randomness. */
export function sealTransaction(
  draft: Draft,
  keys: readonly ActiveKey[],
  escrow: EscrowEpoch,
): SealedTransaction {
  const { sealed, plain } = splitGroups(groupsOf(draft.input), draft.confidential);
  const meta = metadataDigest({
    tx: draft.id,
    job_id: draft.input.job_id,
    participants: draft.participants,
    created_at: draft.createdAt,
  });
  const own = keys.filter((key) => draft.participants.includes(key.participantId));
  if (Object.keys(sealed).length === 0) {
    return { draft, meta, plain, groups: [], record: undefined, keys: own };
  }
  const { list, rd, salts } = buildRecord({ tx: draft.id, groups: sealed });
  const context = { tx: draft.id, rd, escrow, keys: own };
  const groups = GROUP_ORDER.flatMap((group) => {
    const fields = sealed[group];
    return fields === undefined ? [] : [sealGroup(group, fields, salts[group] ?? {}, context)];
  });
  return { draft, meta, plain, groups, record: { list, rd }, keys: own };
}
