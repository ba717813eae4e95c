import type { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { checkProof, parseProof } from "@/lib/audit/bundle-verifier/tree/check-proof";
import { parseEntry } from "@/lib/audit/entry/entry";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { bodyDigest, parseEnvelope, recipientsDigest } from "@/lib/crypto/envelope/envelope";
import type { GroupContent } from "@/lib/crypto/envelope/envelope-format";
import { type OwnKey, openReceived } from "@/lib/crypto/envelope/local-envelope";
import { oneError } from "@/lib/crypto/envelope/open-envelope";
import { recordDigest } from "@/lib/crypto/envelope/record-digest";
import { OpenError } from "@/lib/crypto/format-error";
import { leafHash } from "@/lib/crypto/log/merkle";
import type { EnvelopeList } from "@/lib/transactions/schema";

type Item = EnvelopeList["items"][number];
type Keys = Pick<Policy, "log" | "witnesses">;

/** The content of an envelope, and whether the entry that binds it was proven to be in the log. */
export interface OpenedItem extends GroupContent {
  /** False without a policy, and until a checkpoint covers the entry. */
  readonly isProven: boolean;
}

/** Anyone with the public keys can seal another body for the same transaction: the entry shows which one was sealed. */
function requireBound(tx: string, item: Item, bytes: Uint8Array): string {
  const { id, log, pub } = parseEntry(bytes);
  const envelope = parseEnvelope(item.jwe);
  const bound = pub?.envelopes?.find(({ grp, gen }) => grp === item.group && gen === item.gen);
  const isBound =
    id === item.entry.id &&
    bound?.bd === bodyDigest(envelope) &&
    bound.rl === recipientsDigest(envelope.recipients) &&
    (pub?.rd === undefined || pub.rd === recordDigest(tx, item.digests));
  if (!isBound) throw new OpenError();
  return log;
}

function isInLog(entry: Uint8Array, log: string, proof: string | undefined, keys: Keys | undefined): boolean {
  if (proof === undefined || keys === undefined) return false;
  const checked = checkProof({
    entry,
    leaf: toBase64url(leafHash(entry)),
    seq: parseProof(proof).index,
    log,
    proof,
    logKeys: keys.log,
    witnessKeys: keys.witnesses.map(({ vkey }) => vkey),
  });
  if (!checked.ok) throw new OpenError();
  return true;
}

/**
 * Opens one item of `getTransactionEnvelopes` with the caller's own key. It compares body, recipients and record with
 * the entry that came with it, checks the entry's proof with the policy's keys where it has one, and opens. Throws
 * OpenError, the same one for every cause. Until it is proven, the entry itself is only the portal's claim.
 */
export function openItem(tx: string, item: Item, key: OwnKey, policy?: Keys): Promise<OpenedItem> {
  return oneError(async () => {
    const bytes = fromBase64url(item.entry.bytes);
    const log = requireBound(tx, item, bytes);
    const isProven = isInLog(bytes, log, item.entry.proof, policy);
    const { group, ep, gen, digests, jwe } = item;
    return { ...(await openReceived({ tx, group, ep, gen, digests, envelope: jwe }, key)), isProven };
  });
}
