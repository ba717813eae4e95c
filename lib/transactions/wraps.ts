import "server-only";
import type { Envelope, EnvelopeContext } from "@/lib/crypto/envelope/envelope";
import { type NewWrapRow, recipientsOf, type WrapRow, wrapRow } from "@/lib/keys/wraps/store-wraps";
import type { GroupRow } from "@/lib/transactions/rows";
import type { SealedTransaction } from "@/lib/transactions/submit/seal-transaction";

/** Returns rows for the recipient entries of all groups, in the order of the envelopes. */
export function wrapRowsOf(sealed: SealedTransaction, tenantId: string): NewWrapRow[] {
  const keys = new Map(sealed.keys.map((key) => [key.kid, key]));
  return sealed.groups.flatMap(({ group, gen, envelope }) =>
    envelope.recipients.map((recipient, position) => {
      const key = keys.get(recipient.header.kid);
      const place = { tenantId, transactionId: sealed.draft.id, group, gen, position };
      if (key === undefined) return wrapRow(place, recipient);
      return wrapRow(
        { ...place, participantId: key.participantId, keyVersionId: key.keyVersionId },
        recipient,
      );
    }),
  );
}

/** Returns the context an envelope is bound to, from our records. */
export function contextOf(transactionId: string, rd: string, row: GroupRow): EnvelopeContext {
  return { tx: transactionId, group: row.group, ep: row.ep, gen: row.gen, rd };
}

/** Returns a group's envelope as General JSON, built from its row and its wraps. */
export function envelopeOf(context: EnvelopeContext, row: GroupRow, wraps: readonly WrapRow[]): Envelope {
  return {
    protected: row.protected,
    recipients: recipientsOf(context, wraps),
    iv: row.iv,
    ciphertext: row.ciphertext,
    tag: row.tag,
  };
}
