import "server-only";
import type { AuditEvent, EnvelopeDigests } from "@/lib/audit/entry/event";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { recipientsDigest, replaceRecipient } from "@/lib/crypto/envelope/envelope";
import { apuText } from "@/lib/crypto/envelope/envelope-format";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { REWRAP_INTENT_ACTION, type RewrappedStatement, rewrapIntent } from "@/lib/escrow/protocol/lost-key";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { MovedWrap } from "@/lib/keys/rotation/store";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";

/** The lost and the new key, and the custodian's id of the recovery. */
export interface RecoveryOf {
  readonly id: string;
  readonly digest: string;
  readonly participantId: string;
  readonly oldKid: string;
  readonly newKid: string;
  readonly newKeyId: string;
}

/** One envelope with the custodian's entry instead of the lost key's. */
export interface RecoveredEnvelope {
  readonly moved: MovedWrap;
  readonly digests: EnvelopeDigests;
}

/**
 * Returns the log entry that announces one envelope, or records its result: one for each, like a disclosure. An entry
 * that binds stored bytes has the digests.
 */
export function rewrapEvent(
  of: RecoveryOf,
  { tx, grp }: Pick<RegistrationItem, "tx" | "grp">,
  result:
    | { readonly outcome: "intent" }
    | { readonly outcome: "done"; readonly intent: string; readonly digests: EnvelopeDigests }
    | { readonly outcome: "failed"; readonly intent: string; readonly error: string },
): AuditEvent {
  const about = {
    transaction: tx,
    group: grp,
    recovery: of.digest,
    old_kid: of.oldKid,
    new_kid: of.newKid,
  };
  const { outcome } = result;
  const isOver = outcome !== "intent";
  return {
    class: "disclosure",
    outcome,
    action: REWRAP_INTENT_ACTION,
    subjects: outcome === "done" ? [`transaction:${tx}`] : [],
    details: {
      ...rewrapIntent(about),
      participant: of.participantId,
      key_recovery: of.id,
      ...(isOver ? { intent: result.intent } : {}),
    },
    ...(outcome === "done" ? { pub: { envelopes: [result.digests] } } : {}),
    ...(isOver
      ? {
          access: {
            dataAccessed: outcome === "done" ? [grp] : [],
            success: outcome === "done",
            ...(outcome === "failed" ? { error: result.error } : {}),
            authorizedBy: of.id,
          },
        }
      : {}),
    index: { transactionId: tx, participantId: of.participantId },
  };
}

/** Returns whether the lost key's entry is still current, in the same body that the custodian wrapped for. */
function isUnchanged({ row, wraps }: SealedGroupRow, oldKid: string, made: RewrappedStatement): boolean {
  const own = wraps.find(({ kid }) => kid === oldKid);
  return own !== undefined && row.gen === made.gen && row.bd === made.bd;
}

/**
 * Replaces the lost key's entry with the custodian's, and keeps everything else byte-identical. Returns undefined if
 * another act changed the group meanwhile, or if the entry is not bound to this group and key.
 */
export function placeRecovered(
  of: RecoveryOf,
  group: SealedGroupRow | undefined,
  made: RewrappedStatement,
): RecoveredEnvelope | undefined {
  if (group === undefined || made.kid !== of.newKid || !isUnchanged(group, of.oldKid, made)) return undefined;
  const { row, context, envelope } = group;
  const { kid, epk, encrypted_key } = made;
  const apu = toBase64url(utf8(apuText(context)));
  const header = { kid, epk: { crv: "X25519", kty: "OKP", x: epk }, apu, apv: toBase64url(utf8(kid)) };
  const recipient = { header, encrypted_key };
  try {
    const { oldKid } = of;
    const next = replaceRecipient({ ...context, envelope, oldKid, recipient });
    if (next.bodyDigest !== row.bd) return undefined;
    return {
      moved: {
        transactionId: row.transactionId,
        group: row.group,
        gen: row.gen,
        oldKid,
        kid,
        keyVersionId: of.newKeyId,
        epk,
        encryptedKey: encrypted_key,
      },
      digests: {
        grp: row.group,
        gen: row.gen,
        bd: row.bd,
        rl: recipientsDigest(next.envelope.recipients),
      },
    };
  } catch (error) {
    if (error instanceof FormatError || error instanceof OpenError) return undefined;
    throw error;
  }
}
