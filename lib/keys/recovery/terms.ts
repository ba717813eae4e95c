import "server-only";
import type { Context } from "@/lib/context/context";
import type { RewrapStatements } from "@/lib/escrow/protocol/lost-key";
import { type RewrapTerms, rewrapDigest } from "@/lib/escrow/protocol/rewrap-statement";
import { validityTime } from "@/lib/escrow/protocol/statements";
import type { RecoveryRow, RecoveryWordRow } from "@/lib/keys/recovery/store";
import { kidOf } from "@/lib/keys/store";

/** What everybody signs for a recovery: rebuilt from its row, so that a changed row no longer carries a signature. */
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

/** The custodian's name for a recovery. */
export function recoveryDigest(cx: Pick<Context, "instance">, row: RecoveryRow): string {
  return rewrapDigest(termsOfRecovery(cx, row));
}

/** The words as they are handed to the custodian. */
export function statementsOf(
  cx: Pick<Context, "instance">,
  row: RecoveryRow,
  words: readonly RecoveryWordRow[],
): RewrapStatements {
  const terms = termsOfRecovery(cx, row);
  return words.map(({ person, signature }) => ({ statement: { ...terms, person }, signature }));
}
