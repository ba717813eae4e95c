import "server-only";
import type { EnvelopeDigests } from "@/lib/audit/entry/event";
import { recipientsDigest, replaceRecipient, type SealedEnvelope } from "@/lib/crypto/envelope/envelope";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { DomainError } from "@/lib/errors";
import type { ActiveKey } from "@/lib/keys/active-keys";
import type { MovedWrap } from "@/lib/keys/rotation/store";
import type { KeyVersion } from "@/lib/keys/store";
import type { NewEntry } from "@/lib/keys/wraps/schema";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

/** The versions of one participant between which entries are handed over. */
export interface HandOverKeys {
  readonly old: KeyVersion;
  readonly next: ActiveKey;
}

/** One group's entry for the active key, which replaces the old key's. */
export interface PlacedEntry {
  readonly moved: MovedWrap;
  readonly digests: EnvelopeDigests;
}

/**
 * Refuses one item of the request. A caller who may not know of a transaction gets the same answer as for an unknown
 * one.
 */
export function refuseEntry(pointer: string, detail: string): never {
  throw new DomainError("request.invalid", { detail, errors: [{ pointer, detail }] });
}

/** The answer for an unknown transaction, another participant's, and a group without an entry of this key. */
export function refuseForeign(pointer: string): never {
  refuseEntry(`${pointer}/transaction_id`, "has no envelope for this key");
}

/** Checks that the posted entry is for the active key. The refusal names that version. */
function requireActive({ old, next }: HandOverKeys, kid: string, pointer: string): void {
  if (kid === next.kid) return;
  if (!kid.startsWith(`${old.participantId}#`))
    refuseEntry(`${pointer}/recipient/header/kid`, "not your key");
  const detail = `${kid} is not the participant's active key: wrap for ${next.kid}.`;
  throw new DomainError("key.rotated", { detail, extra: { kid: next.kid } });
}

/** Returns the group with the new entry, and everything else byte-identical. Requires strict form and binding. */
function replaced(group: SealedGroupRow, entry: NewEntry, oldKid: string, pointer: string): SealedEnvelope {
  const { context, envelope } = group;
  const { epk } = entry.recipient.header;
  if (envelope.recipients.some(({ header }) => header.epk.x === epk.x)) {
    refuseEntry(`${pointer}/recipient/header/epk`, "an ephemeral key is used once");
  }
  try {
    return replaceRecipient({ ...context, envelope, oldKid, recipient: entry.recipient });
  } catch (error) {
    if (error instanceof FormatError)
      refuseEntry(`${pointer}/recipient${error.pointer ?? ""}`, error.message);
    if (error instanceof OpenError)
      refuseEntry(`${pointer}/recipient/header`, "not bound to this group and key");
    throw error;
  }
}

/**
 * Replaces the old key's entry with a posted one, in a group that is locked and compared with the log. Returns
 * undefined if the group already has an entry for the active key, because it was handed over or resealed before. Only
 * the entry's maker can see whether it wraps the group's content key.
 */
export function placeEntry(
  keys: HandOverKeys,
  group: SealedGroupRow | undefined,
  entry: NewEntry,
  pointer: string,
): PlacedEntry | undefined {
  const { old, next } = keys;
  requireActive(keys, entry.recipient.header.kid, pointer);
  const own = group?.wraps.find(({ participantId }) => participantId === old.participantId);
  if (group === undefined || own === undefined) refuseForeign(pointer);
  if (own.kid === next.kid) return undefined;
  if (own.kid !== old.kid) refuseForeign(pointer);
  const { row } = group;
  if (entry.gen !== row.gen) refuseEntry(`${pointer}/gen`, "the group is of another generation");
  const { envelope, bodyDigest: bd } = replaced(group, entry, old.kid, pointer);
  if (bd !== row.bd) throw new TypeError("a re-wrap changed the body of an envelope");
  return {
    moved: {
      transactionId: row.transactionId,
      group: row.group,
      gen: row.gen,
      oldKid: old.kid,
      kid: next.kid,
      keyVersionId: next.keyVersionId,
      epk: entry.recipient.header.epk.x,
      encryptedKey: entry.recipient.encrypted_key,
    },
    digests: { grp: row.group, gen: row.gen, bd, rl: recipientsDigest(envelope.recipients) },
  };
}
