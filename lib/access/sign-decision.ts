import "server-only";
import type { DecisionCase } from "@/lib/access/decision-case";
import { decisionStatement, STATEMENT_MS } from "@/lib/access/decision-statement";
import { findPreparedStatements, type ProofKind, spendStatement } from "@/lib/access/decisions/store";
import { findStatementKey } from "@/lib/access/people/store";
import { newNonce } from "@/lib/access/prepare-statement";
import type { NewDecision, SignatureBody } from "@/lib/access/schema";
import type { Context } from "@/lib/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/portal-signature";
import { type DecisionStatement, recordDigest, type StatementSignature } from "@/lib/escrow/statements";

/** A decision with the proof that its approver made it. */
export interface SignedDecision {
  readonly statement: DecisionStatement;
  readonly signature: StatementSignature;
  readonly proofKind: ProofKind;
}

/** How many unanswered statements of one person are tried. */
const MAX_PREPARED = 16;

function refuse(detail: string): never {
  throw new DomainError("statement.invalid", { detail });
}

async function keyOf(tx: Tx, cx: Context, signature: SignatureBody): Promise<Uint8Array> {
  const key = await findStatementKey(tx, cx.principal.userId, signature.key_id);
  return key ?? refuse("The key that signed is not registered for you.");
}

/** The prepared statement that this body and signature answer. Its nonce counts once. */
async function takeSigned(
  tx: Tx,
  cx: Context,
  one: DecisionCase,
  body: NewDecision,
  signature: SignatureBody,
): Promise<SignedDecision> {
  const at = cx.clock.now();
  const key = await keyOf(tx, cx, signature);
  const wanted = { userId: cx.principal.userId, requestId: one.row.id, at, limit: MAX_PREPARED };
  const prepared = await findPreparedStatements(tx, wanted);
  if (prepared.length === 0) {
    throw new DomainError("statement.expired", { detail: "No statement of yours waits: prepare it again." });
  }
  const bytes = fromBase64url(signature.signature);
  for (const { nonce, statement, expiresAt } of prepared) {
    if (!verifyStatement(key, "decision", statement, bytes)) continue;
    const made = { log: cx.instance.log, approver: cx.principal.handle, nonce };
    const madeAt = new Date(expiresAt.getTime() - STATEMENT_MS);
    const expected = decisionStatement(one, body, { ...made, at: madeAt });
    if (recordDigest(expected) !== recordDigest(statement)) refuse("What was signed is not what was sent.");
    if (!(await spendStatement(tx, nonce, at))) throw new DomainError("statement.expired");
    return { statement, signature, proofKind: "ed25519" };
  }
  return refuse("The signature holds for no statement prepared for you.");
}

/** In evaluation a decision made with a bearer key is signed by the portal's own key, and marked so. */
async function signForEvaluation(cx: Context, one: DecisionCase, body: NewDecision): Promise<SignedDecision> {
  if (!cx.instance.evaluation) {
    throw new DomainError("statement.required", {
      detail: "Every decision takes the approver's own signature.",
    });
  }
  const made = { log: cx.instance.log, approver: cx.principal.handle, nonce: newNonce() };
  const statement = decisionStatement(one, body, { ...made, at: cx.clock.now() });
  const signature = await signAsPortal(cx.keystore, "decision", statement);
  return { statement, signature, proofKind: "evaluation" };
}

/** The approver's proof: his own signature over what was prepared for him, or the portal's in evaluation. */
export function signDecision(
  tx: Tx,
  cx: Context,
  one: DecisionCase,
  body: NewDecision,
): Promise<SignedDecision> {
  return body.signature === undefined
    ? signForEvaluation(cx, one, body)
    : takeSigned(tx, cx, one, body, body.signature);
}
