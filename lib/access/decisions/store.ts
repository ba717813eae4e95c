import "server-only";
import { z } from "zod";
import { Confirms, Stage } from "@/lib/access/requests/schema";
import { columnsOf, type Running, statement } from "@/lib/db/statement";
import { DecisionStatement, StatementSignature } from "@/lib/escrow/protocol/statements";

export type ProofKind = "passkey" | "ed25519" | "evaluation" | "none";

/** One decision. It never changes. A question (`ask`) carries no statement and no proof. */
export interface DecisionRow {
  readonly id: string;
  readonly stage: Stage;
  readonly decision: "approve" | "deny" | "ask";
  readonly approverUserId: string;
  readonly comment: string;
  readonly statement: DecisionStatement | undefined;
  readonly proofKind: ProofKind;
  readonly signature: StatementSignature | undefined;
  /** What the decider read in a paper order. Only the server sees it before both have read. */
  readonly confirms: Confirms | undefined;
  /** The approval took something away from what was asked. */
  readonly narrowed: boolean;
  /** How many exports the approval leaves, when it names a number. */
  readonly maxExports: number | undefined;
  readonly at: Date;
}

const Row = z.object({
  id: z.string(),
  stage: Stage,
  decision: z.enum(["approve", "deny", "ask"]),
  approver_user_id: z.string(),
  comment: z.string(),
  confirms: Confirms.nullable(),
  narrowed: z.boolean(),
  max_exports: z.int().nullable(),
  statement: z.unknown(),
  proof_kind: z.enum(["passkey", "ed25519", "evaluation", "none"]),
  proof: z.unknown(),
  at: z.date(),
});

interface NewDecisionRow extends DecisionRow {
  readonly tenantId: string;
  readonly requestId: string;
  readonly nonce: string;
}

const INSERT_DECISION = statement<NewDecisionRow, never>("insert-decision")`
  INSERT INTO decision (id, tenant_id, request_id, stage, decision, approver_user_id, comment, confirms, narrowed,
    max_exports, statement, proof_kind, proof, nonce, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ requestId }) => requestId}::uuid,
    ${({ stage }) => stage}, ${({ decision }) => decision}, ${({ approverUserId }) => approverUserId}::uuid,
    ${({ comment }) => comment}, ${({ confirms }) => (confirms === undefined ? null : JSON.stringify(confirms))}::jsonb,
    ${({ narrowed }) => narrowed}::boolean, ${({ maxExports }) => maxExports ?? null}::int,
    ${({ statement: signed }) => JSON.stringify(signed ?? {})}::jsonb, ${({ proofKind }) => proofKind},
    ${({ signature }) => JSON.stringify(signature ?? {})}::jsonb, ${({ nonce }) => nonce}, ${({ at }) => at}::timestamptz)`;

export async function insertDecision({ run }: Running, row: NewDecisionRow): Promise<void> {
  await run(INSERT_DECISION, row);
}

const LIST_DECISIONS = statement<{ readonly requestId: string }, unknown>("list-decisions")`
  SELECT ${columnsOf(Row, "d")} FROM decision d WHERE d.request_id = ${({ requestId }) => requestId}::uuid
  ORDER BY d.at, d.id`;

/** Returns all decisions on a request, in order. */
export async function listDecisions({ run }: Running, requestId: string): Promise<DecisionRow[]> {
  const rows = await run(LIST_DECISIONS, { requestId });
  return rows.map((record) => {
    const row = Row.parse(record);
    const isSigned = row.decision !== "ask";
    return {
      id: row.id,
      stage: row.stage,
      decision: row.decision,
      approverUserId: row.approver_user_id,
      comment: row.comment,
      confirms: row.confirms ?? undefined,
      narrowed: row.narrowed,
      maxExports: row.max_exports ?? undefined,
      statement: isSigned ? DecisionStatement.parse(row.statement) : undefined,
      proofKind: row.proof_kind,
      signature: isSigned ? StatementSignature.parse(row.proof) : undefined,
      at: row.at,
    };
  });
}

/** A statement that waits for its signature. */
export interface PreparedStatement {
  readonly nonce: string;
  readonly statement: DecisionStatement;
  /** Number of exports prepared with the statement. It is read from here only. */
  readonly maxExports: number | undefined;
  readonly expiresAt: Date;
}

interface NewStatementRow extends PreparedStatement {
  readonly tenantId: string;
  readonly userId: string;
  readonly requestId: string;
}

const subjectOf = ({ requestId }: { readonly requestId: string }) => `request:${requestId}`;

const INSERT_STATEMENT = statement<NewStatementRow, never>("insert-decision-statement")`
  INSERT INTO statement_nonce (nonce, tenant_id, kind, user_id, subject, statement, max_exports, expires_at)
  VALUES (${({ nonce }) => nonce}, ${({ tenantId }) => tenantId}::uuid, 'decision', ${({ userId }) => userId}::uuid,
    ${subjectOf}, ${({ statement: signed }) => JSON.stringify(signed)}::jsonb,
    ${({ maxExports }) => maxExports ?? null}::int, ${({ expiresAt }) => expiresAt}::timestamptz)`;

export async function insertStatement({ run }: Running, row: NewStatementRow): Promise<void> {
  await run(INSERT_STATEMENT, row);
}

interface WantedStatements {
  readonly userId: string;
  readonly requestId: string;
  readonly at: Date;
  readonly limit: number;
}

interface StatementRow {
  readonly nonce: string;
  readonly statement: unknown;
  readonly max_exports: number | null;
  readonly expires_at: Date;
}

const FIND_PREPARED = statement<WantedStatements, StatementRow>("find-prepared-decisions")`
  SELECT nonce, statement, max_exports, expires_at FROM statement_nonce
  WHERE kind = 'decision' AND user_id = ${({ userId }) => userId}::uuid AND subject = ${subjectOf}
    AND used_at IS NULL AND expires_at > ${({ at }) => at}::timestamptz
  ORDER BY expires_at DESC LIMIT ${({ limit }) => limit}::int`;

/** Returns statements prepared for this person and request that are neither used nor expired, newest first. */
export async function findPreparedStatements(
  { run }: Running,
  wanted: WantedStatements,
): Promise<PreparedStatement[]> {
  const rows = await run(FIND_PREPARED, wanted);
  return rows.map((row) => ({
    nonce: row.nonce,
    statement: DecisionStatement.parse(row.statement),
    maxExports: row.max_exports ?? undefined,
    expiresAt: row.expires_at,
  }));
}

const SPEND = statement<{ readonly nonce: string; readonly at: Date }, unknown>("spend-statement")`
  UPDATE statement_nonce SET used_at = ${({ at }) => at}::timestamptz
  WHERE nonce = ${({ nonce }) => nonce} AND used_at IS NULL AND expires_at > ${({ at }) => at}::timestamptz
  RETURNING nonce`;

/** Spends a nonce, which counts once. Returns false when it was used before. */
export async function spendStatement({ run }: Running, nonce: string, at: Date): Promise<boolean> {
  return (await run(SPEND, { nonce, at })).length === 1;
}
