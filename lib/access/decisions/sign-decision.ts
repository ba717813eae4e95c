import "server-only";
import type { DecisionCase } from "@/lib/access/decisions/decision-case";
import { decisionStatement, STATEMENT_MS } from "@/lib/access/decisions/decision-statement";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import { findSignedStatement } from "@/lib/access/decisions/prepared-decision";
import { type ProofKind, spendStatement } from "@/lib/access/decisions/store";
import type { NewDecision } from "@/lib/access/requests/schema";
import type { Context } from "@/lib/context/context";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import {
  type DecisionStatement,
  recordDigest,
  type StatementSignature,
} from "@/lib/escrow/protocol/statements";

/** A decision with the proof that its approver made it. */
export interface SignedDecision {
  readonly statement: DecisionStatement;
  readonly signature: StatementSignature;
  readonly proofKind: ProofKind;
  /** How many exports it leaves, where it leaves fewer: beside what is signed, which has no member for it (ADR 0048). */
  readonly maxExports: number | undefined;
}

/** The prepared statement that this body and signature answer. Its nonce counts once. */
async function takeSigned(
  tx: Tx,
  cx: Context,
  one: DecisionCase,
  body: NewDecision,
  signature: StatementSignature,
): Promise<SignedDecision> {
  const { nonce, statement, expiresAt, maxExports } = await findSignedStatement(
    tx,
    cx,
    one.row.id,
    signature,
  );
  const made = { log: cx.instance.log, approver: cx.principal.handle, nonce };
  const madeAt = new Date(expiresAt.getTime() - STATEMENT_MS);
  const expected = decisionStatement(one, body, { ...made, at: madeAt });
  if (recordDigest(expected) !== recordDigest(statement) || maxExports !== body.max_exports) {
    throw new DomainError("statement.invalid", { detail: "What was signed is not what was sent." });
  }
  if (!(await spendStatement(tx, nonce, cx.clock.now()))) throw new DomainError("statement.expired");
  return { statement, signature, proofKind: signature.kind, maxExports };
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
  return { statement, signature, proofKind: "evaluation", maxExports: body.max_exports };
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
