import "server-only";
import type { Context } from "@/lib/context/context";
import type { RewrapStatements } from "@/lib/escrow/protocol/lost-key";
import { type RewrapTerms, rewrapDigest } from "@/lib/escrow/protocol/rewrap-statement";
import { validityTime } from "@/lib/escrow/protocol/statements";
import type { RecoveryRow, RecoverySignatureRow } from "@/lib/keys/recovery/store";
import { kidOf } from "@/lib/keys/store";

/**
 * Returns the terms that every signer of a recovery signs. They are rebuilt from its row, so a signature is not valid
 * for a changed row.
 */
export function termsOfRecovery({ instance }: Pick<Context, "instance">, row: RecoveryRow): RewrapTerms {
  return {
    log: instance.log,
    participant: row.participantId,
    old_kid: kidOf(row.participantId, row.oldVersion),
    new_kid: kidOf(row.participantId, row.newVersion),
    new_public_key: row.newPublicKey,
    transactions: [...row.transactions],
    not_after: validityTime(row.notAfter),
    nonce: row.nonce,
  };
}

/** The custodian's id of the recovery. */
export function recoveryDigest(cx: Pick<Context, "instance">, row: RecoveryRow): string {
  return rewrapDigest(termsOfRecovery(cx, row));
}

/** Returns the statements in the custodian's form. */
export function statementsOf(
  cx: Pick<Context, "instance">,
  row: RecoveryRow,
  signatures: readonly RecoverySignatureRow[],
): RewrapStatements {
  const terms = termsOfRecovery(cx, row);
  return signatures.map(({ person, signature }) => ({ statement: { ...terms, person }, signature }));
}
