import "server-only";
import type { EnvelopeDigests } from "@/lib/audit/entry/event";
import {
  bodyDigest,
  type Derive,
  openContentKey,
  recipientsDigest,
  rewrapRecipient,
} from "@/lib/crypto/envelope/envelope";
import type { ActiveKey } from "@/lib/keys/active-keys";
import type { MovedWrap } from "@/lib/keys/rotation/store";
import type { WrapRow } from "@/lib/keys/wraps/store-wraps";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

/** Derivers of retired key versions by kid. */
export type Derivers = ReadonlyMap<string, Derive>;

/**
 * A re-wrap's changes of one transaction: its recipient entries, and the digests with which the log binds the groups.
 */
export interface RewrappedGroups {
  readonly moved: readonly MovedWrap[];
  readonly digests: readonly EnvelopeDigests[];
}

function retiredWrap(
  group: SealedGroupRow,
  derivers: Derivers,
): { wrap: WrapRow; derive: Derive } | undefined {
  for (const wrap of group.wraps) {
    const derive = derivers.get(wrap.kid);
    if (derive !== undefined) return { wrap, derive };
  }
  return undefined;
}

async function rewrapOne(group: SealedGroupRow, wrap: WrapRow, derive: Derive, next: ActiveKey) {
  const { context, envelope } = group;
  const cek = await openContentKey({ ...context, envelope, kid: wrap.kid, derive });
  try {
    return rewrapRecipient({
      ...context,
      envelope,
      cek,
      oldKid: wrap.kid,
      newKid: next.kid,
      publicKey: next.publicKey,
    });
  } finally {
    cek.fill(0);
  }
}

/**
 * Moves each entry under a retired key to its successor. The caller has compared the groups with the log. protected,
 * iv, ciphertext and tag stay byte-identical (crypto.md "Rotation"); this function checks that against the body digest.
 * Throws OpenError if an entry cannot be opened or its key is not the one the envelope commits to.
 */
export async function rewrapGroups(
  groups: readonly SealedGroupRow[],
  derivers: Derivers,
  next: ActiveKey,
): Promise<RewrappedGroups> {
  const moved: MovedWrap[] = [];
  const digests: EnvelopeDigests[] = [];
  for (const group of groups) {
    const retired = retiredWrap(group, derivers);
    if (retired === undefined) continue;
    const { row } = group;
    const { envelope } = await rewrapOne(group, retired.wrap, retired.derive, next);
    const bd = bodyDigest(envelope);
    if (bd !== row.bd) throw new TypeError("a re-wrap changed the body of an envelope");
    const entry = envelope.recipients.find(({ header }) => header.kid === next.kid);
    if (entry === undefined) throw new TypeError("a re-wrap lost the entry it made");
    moved.push({
      transactionId: row.transactionId,
      group: row.group,
      gen: row.gen,
      oldKid: retired.wrap.kid,
      kid: next.kid,
      keyVersionId: next.keyVersionId,
      epk: entry.header.epk.x,
      encryptedKey: entry.encrypted_key,
    });
    digests.push({ grp: row.group, gen: row.gen, bd, rl: recipientsDigest(envelope.recipients) });
  }
  return { moved, digests };
}
