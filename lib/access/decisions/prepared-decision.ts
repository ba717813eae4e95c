import "server-only";
import { findPreparedStatements, type PreparedStatement } from "@/lib/access/decisions/store";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { claimedChallenge, statementChallenge } from "@/lib/escrow/protocol/challenge";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { findStatementKey } from "@/lib/identity/people/people-store";

/** How many unanswered statements of one person are tried. */
const MAX_PREPARED = 16;

function refuse(detail: string): never {
  throw new DomainError("statement.invalid", { detail });
}

type Matches = (prepared: PreparedStatement) => boolean;

/** A passkey says which statement it signed, and the custodian whether it did; an Ed25519 key is tried here. */
async function matcher(tx: Tx, cx: Context, signature: StatementSignature): Promise<Matches> {
  if (signature.kind === "passkey") {
    const challenge = claimedChallenge(signature);
    return ({ statement }) => statementChallenge("decision", statement) === challenge;
  }
  const key = await findStatementKey(tx, cx.principal.userId, signature.key_id);
  if (key === undefined) return refuse("The key that signed is not registered for you.");
  const bytes = fromBase64url(signature.signature);
  return ({ statement }) => verifyStatement(key, "decision", statement, bytes);
}

/** The statement, among those prepared for the caller and this request, that a signature answers. */
export async function findSignedStatement(
  tx: Tx,
  cx: Context,
  requestId: string,
  signature: StatementSignature,
): Promise<PreparedStatement> {
  const wanted = { userId: cx.principal.userId, requestId, at: cx.clock.now(), limit: MAX_PREPARED };
  const matches = await matcher(tx, cx, signature);
  const prepared = await findPreparedStatements(tx, wanted);
  if (prepared.length === 0) {
    throw new DomainError("statement.expired", { detail: "No statement of yours waits: prepare it again." });
  }
  return prepared.find(matches) ?? refuse("The signature holds for no statement prepared for you.");
}
