import "server-only";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { apuText, type EnvelopeContext, type EnvelopeRecipient } from "@/lib/crypto/envelope/envelope-format";
import type { Tx } from "@/lib/db/transaction";
import { insertWraps, type NewWrapRow, selectWraps, type WrapRow } from "@/lib/keys/wraps/store";

export type { NewWrapRow, WrapRow } from "@/lib/keys/wraps/store";

/**
 * Stores the recipient entries of sealed groups. Needs the transaction's audit entry in the same database transaction.
 * Wraps belong to lib/keys, so rotation works without a circular import.
 */
export async function storeWraps(tx: Tx, rows: readonly NewWrapRow[]): Promise<void> {
  if (rows.length > 0) await insertWraps(tx, rows);
}

/** Returns all recipient entries of these transactions. */
export function readWraps(tx: Tx, transactionIds: readonly string[]): Promise<WrapRow[]> {
  return selectWraps(tx, transactionIds);
}

/** Returns a recipient entry as a row to store. */
export function wrapRow(
  place: Pick<NewWrapRow, "tenantId" | "transactionId" | "group" | "gen" | "position"> & {
    readonly participantId?: string;
    readonly keyVersionId?: string;
  },
  recipient: EnvelopeRecipient,
): NewWrapRow {
  const { kid, epk } = recipient.header;
  return { ...place, kid, epk: epk.x, encryptedKey: recipient.encrypted_key };
}

/** Returns the recipients of one group's envelope in stored order, apu and apv rebuilt from our records. */
export function recipientsOf(context: EnvelopeContext, wraps: readonly WrapRow[]): EnvelopeRecipient[] {
  const apu = toBase64url(utf8(apuText(context)));
  return wraps
    .filter(
      (wrap) => wrap.transactionId === context.tx && wrap.group === context.group && wrap.gen === context.gen,
    )
    .sort((a, b) => a.position - b.position)
    .map((wrap) => ({
      header: {
        kid: wrap.kid,
        epk: { crv: "X25519", kty: "OKP", x: wrap.epk },
        apu,
        apv: toBase64url(utf8(wrap.kid)),
      },
      encrypted_key: wrap.encryptedKey,
    }));
}
