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

/** Between which versions of one participant entries are handed over. */
export interface HandOverKeys {
  readonly old: KeyVersion;
  readonly next: ActiveKey;
}

/** One group's entry for the active key in the place of the old one's. */
export interface PlacedEntry {
  readonly moved: MovedWrap;
  readonly digests: EnvelopeDigests;
}

/** Refuses one member of the order; who may not know of a transaction hears the same as where there is none. */
export function refuseEntry(pointer: string, detail: string): never {
  throw new DomainError("request.invalid", { detail, errors: [{ pointer, detail }] });
}

/** Said of an unknown transaction, of another's, and of a group without an entry of this key alike. */
export function refuseForeign(pointer: string): never {
  refuseEntry(`${pointer}/transaction_id`, "this group has no envelope of this key");
}

/** The posted entry must be for the active key; for another version of the participant he is told which is. */
function requireActive({ old, next }: HandOverKeys, kid: string, pointer: string): void {
  if (kid === next.kid) return;
  if (!kid.startsWith(`${old.participantId}#`))
    refuseEntry(`${pointer}/recipient/header/kid`, "not your key");
  const detail = `${kid} is not the participant's active key: wrap for ${next.kid}.`;
  throw new DomainError("key.rotated", { detail, extra: { kid: next.kid } });
}

/** The group with the entry put in its place, everything else byte-identical; strict form and binding are required. */
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
 * Puts a posted entry in the place of the old key's, in a group that is locked and was compared with the log. Undefined
 * when the group has an entry for the active key: it was handed over, or sealed anew, before. Whether the entry wraps the
 * group's content key only its maker can see.
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
