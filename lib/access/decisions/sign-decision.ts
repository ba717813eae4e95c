import "server-only";
import type { DecisionCase } from "@/lib/access/decisions/decision-case";
import { decisionStatement, STATEMENT_MS } from "@/lib/access/decisions/decision-statement";
import { newNonce } from "@/lib/access/decisions/prepare-statement";
import {
  findPreparedStatements,
  type PreparedStatement,
  type ProofKind,
  spendStatement,
} from "@/lib/access/decisions/store";
import type { NewDecision } from "@/lib/access/requests/schema";
import type { ReviewView } from "@/lib/access/review/schema";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import { verifyStatement } from "@/lib/crypto/statement";
import type { Running } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { claimedChallenge, statementChallenge } from "@/lib/escrow/protocol/challenge";
import {
  type DecisionStatement,
  recordDigest,
  type StatementSignature,
} from "@/lib/escrow/protocol/statements";
import { findStatementKey } from "@/lib/identity/people/people-store";
import { isRemovedPasskey } from "@/lib/identity/roster/people-store";
import { removedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";

/** How many prepared, unsigned statements of one person are compared with a signature. */
const MAX_PREPARED = 16;

/** The prepared statement that a decision's signature answers, or the reason why none was found. */
export type ProvedStatement =
  | { readonly prepared: PreparedStatement; readonly signature: StatementSignature }
  | { readonly fault: DomainError };

/** A decision with the proof that its approver made it. */
export interface SignedDecision {
  readonly statement: DecisionStatement;
  readonly signature: StatementSignature;
  readonly proofKind: ProofKind;
  /** How many exports it leaves, if fewer. The signed statement has no member for it (ADR 0048). */
  readonly maxExports: number | undefined;
}

function invalid(detail: string): DomainError {
  return new DomainError("statement.invalid", { detail });
}

type Matches = (prepared: PreparedStatement) => boolean;

/**
 * A passkey names the statement that it signed, and the custodian checks that. An Ed25519 signature is verified here.
 */
async function matcher(
  tx: Running,
  cx: Context,
  signature: StatementSignature,
): Promise<Matches | undefined> {
  if (signature.kind === "passkey") {
    const challenge = claimedChallenge(signature);
    return ({ statement }) => statementChallenge("decision", statement) === challenge;
  }
  const key = await findStatementKey(tx, cx.principal.userId, signature.key_id);
  if (key === undefined) return undefined;
  const bytes = fromBase64url(signature.signature);
  return ({ statement }) => verifyStatement(key, "decision", statement, bytes);
}

/** Returns the one statement, of those prepared for the caller and this request, that the signature answers. */
async function findSigned(
  tx: Running,
  cx: Context,
  requestId: string,
  signature: StatementSignature,
): Promise<ProvedStatement> {
  if (signature.kind === "passkey" && (await isRemovedPasskey(tx.run, signature.credential_id)))
    return { fault: removedPasskey() };
  const matches = await matcher(tx, cx, signature);
  if (matches === undefined) return { fault: invalid("The key that signed is not registered for you.") };
  const wanted = { userId: cx.principal.userId, requestId, at: cx.clock.now(), limit: MAX_PREPARED };
  const waiting = await findPreparedStatements(tx, wanted);
  if (waiting.length === 0) {
    const detail = "You have no prepared statement for this request. Prepare it again.";
    return { fault: new DomainError("statement.expired", { detail }) };
  }
  const prepared = waiting.find(matches);
  if (prepared !== undefined) return { prepared, signature };
  return { fault: invalid("The signature is not valid for any statement prepared for you.") };
}

/**
 * Reads the prepared statement once and lets the custodian check a passkey's signature before anything is stored, so
 * that a wrong signature is refused while its signer can sign again. It returns a fault instead of throwing it, so that
 * refusals of the rules come first. Returns undefined for a question, and when the portal signs.
 */
export async function proveDecision(
  cx: Context,
  requestId: string,
  { decision, signature }: NewDecision,
): Promise<ProvedStatement | undefined> {
  if (decision === "ask") return undefined;
  if (signature === undefined) {
    await requirePortalMaySign(cx);
    return undefined;
  }
  const found = await findSigned(cx.db, cx, requestId, signature);
  if ("fault" in found || signature.kind !== "passkey") return found;
  const { statement } = found.prepared;
  await cx.escrow.noteStatement({ kind: "decision", statement, signature });
  return found;
}

/** Compares the prepared statement with this decision and marks it as used. Its nonce is valid once. */
async function spendProved(
  tx: Running,
  cx: Context,
  one: DecisionCase,
  body: NewDecision,
  proved: ProvedStatement,
): Promise<SignedDecision> {
  if ("fault" in proved) throw proved.fault;
  const { nonce, statement, expiresAt, maxExports } = proved.prepared;
  const made = { log: cx.instance.log, approver: cx.principal.handle, nonce };
  const madeAt = new Date(expiresAt.getTime() - STATEMENT_MS);
  const expected = decisionStatement(one, body, { ...made, at: madeAt });
  if (recordDigest(expected) !== recordDigest(statement) || maxExports !== body.max_exports)
    throw invalid("The signed statement is not for this decision.");
  if (!(await spendStatement(tx, nonce, cx.clock.now()))) throw new DomainError("statement.expired");
  const { signature } = proved;
  return { statement, signature, proofKind: signature.kind, maxExports };
}

/**
 * In an evaluation instance the portal's own key signs a decision made with a bearer key, and the decision is marked
 * so.
 */
async function signForEvaluation(cx: Context, one: DecisionCase, body: NewDecision): Promise<SignedDecision> {
  if (!cx.instance.evaluation) {
    throw new DomainError("statement.required", {
      detail: "Every decision needs the approver's own signature.",
    });
  }
  const made = { log: cx.instance.log, approver: cx.principal.handle, nonce: newNonce() };
  const statement = decisionStatement(one, body, { ...made, at: cx.clock.now() });
  const signature = await signAsPortal(cx.keystore, "decision", statement);
  return { statement, signature, proofKind: "evaluation", maxExports: body.max_exports };
}

/**
 * Returns the approver's proof, in the transaction that stores the decision: the proved statement, or the portal's
 * signature.
 */
export function signDecision(
  tx: Running,
  cx: Context,
  one: DecisionCase,
  body: NewDecision,
  proved: ProvedStatement | undefined,
): Promise<SignedDecision> {
  return proved === undefined ? signForEvaluation(cx, one, body) : spendProved(tx, cx, one, body, proved);
}

/**
 * Returns what the caller signs decisions with, according to the roster that the custodian enforces; the custodian does
 * not trust the database for this. In an evaluation instance the portal signs for people who have no key on the roster.
 */
export async function loadSigning(cx: Context): Promise<ReviewView["signing"]> {
  try {
    const { persons } = await cx.escrow.roster();
    const credentials = persons.find(({ person }) => person === cx.principal.handle)?.credentials ?? [];
    const passkeys = credentials.flatMap((one) => (one.kind === "passkey" ? [one.credential_id] : []));
    if (passkeys.length > 0) return { by: "passkey", passkeys };
    if (credentials.some((one) => one.kind === "ed25519")) return { by: "key", passkeys };
    return { by: cx.instance.evaluation ? "portal" : "none", passkeys };
  } catch (error) {
    if (error instanceof DomainError) return { by: "unknown", passkeys: [] };
    throw error;
  }
}
