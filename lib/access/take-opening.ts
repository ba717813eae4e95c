import "server-only";
import type { OpeningProof } from "@/lib/access/facts";
import { type OpeningScope, prepareOpenStatement } from "@/lib/access/open-statement";
import { findOpening, spendOpening } from "@/lib/access/openings/store";
import { replyKeyContext } from "@/lib/access/prepare-opening";
import type { Context } from "@/lib/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/portal-signature";
import type { OpenStatement, StatementSignature } from "@/lib/escrow/statements";

/** An opening with its proof and the one-request key its answer is sealed to. */
export interface SignedOpening {
  readonly statement: OpenStatement;
  readonly signature: StatementSignature;
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly proof: OpeningProof;
}

function expired(): DomainError {
  return new DomainError("statement.expired", { detail: "Prepare the opening again." });
}

/**
 * Takes a prepared opening for one call: its nonce counts once, and its key is forgotten here. The custodian checks
 * the signature; the caller has it decided by `authorizeOpening` before and after asking for this.
 */
export async function takeOpening(
  cx: Context,
  given: { readonly openingId: string; readonly signature: StatementSignature },
  scope: OpeningScope,
): Promise<SignedOpening> {
  const at = cx.clock.now();
  const row = await inTransaction(cx, async (tx) => {
    const found = await findOpening(tx, { id: given.openingId, userId: cx.principal.userId, at });
    if (found === undefined || !(await spendOpening(tx, found.id, at))) throw expired();
    return found;
  });
  const { statement } = row;
  const isSame =
    statement.grant === scope.grant.id &&
    scope.transactions.every((id) => statement.transactions.includes(id)) &&
    scope.groups.every((group) => statement.groups.includes(group));
  if (!isSame) {
    throw new DomainError("statement.invalid", { detail: "What was signed is not what is asked for." });
  }
  const privateKey = cx.keystore.openSecret(replyKeyContext(row.id), row.replyKeySealed);
  const replyKey = { publicKey: fromBase64url(statement.reply_key), privateKey };
  return { statement, signature: given.signature, replyKey, proof: "signed" };
}

/** In evaluation an opening that nobody signed is signed by the portal's own key, and marked so. */
export async function openForEvaluation(cx: Context, scope: OpeningScope): Promise<SignedOpening> {
  if (!cx.instance.evaluation) throw new DomainError("statement.required");
  const { statement, replyKey } = prepareOpenStatement(cx, scope);
  const signature = await signAsPortal(cx.keystore, "open", statement);
  return { statement, signature, replyKey, proof: "evaluation" };
}
