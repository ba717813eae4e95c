import "server-only";
import { z } from "zod";
import { Confirms, Stage } from "@/lib/access/requests/schema";
import type { Tx } from "@/lib/db/transaction";
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

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value ?? {}));

export async function insertDecision(
  tx: Tx,
  row: DecisionRow & {
    readonly tenantId: string;
    readonly requestId: string;
    readonly nonce: string;
  },
): Promise<void> {
  await tx.decision.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        request_id: row.requestId,
        stage: row.stage,
        decision: row.decision,
        approver_user_id: row.approverUserId,
        comment: row.comment,
        ...(row.confirms === undefined ? {} : { confirms: plainJson(row.confirms) }),
        narrowed: row.narrowed,
        max_exports: row.maxExports ?? null,
        statement: plainJson(row.statement),
        proof_kind: row.proofKind,
        proof: plainJson(row.signature),
        nonce: row.nonce,
        at: row.at,
      },
    ],
  });
}

/** Returns all decisions on a request, in order. */
export async function listDecisions(tx: Tx, requestId: string): Promise<DecisionRow[]> {
  const rows = await tx.decision.findMany({
    where: { request_id: requestId },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
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

export async function insertStatement(
  tx: Tx,
  row: PreparedStatement & { readonly tenantId: string; readonly userId: string; readonly requestId: string },
): Promise<void> {
  await tx.statement_nonce.createMany({
    data: [
      {
        nonce: row.nonce,
        tenant_id: row.tenantId,
        kind: "decision",
        user_id: row.userId,
        subject: `request:${row.requestId}`,
        statement: plainJson(row.statement),
        max_exports: row.maxExports ?? null,
        expires_at: row.expiresAt,
      },
    ],
  });
}

/** Returns statements prepared for this person and request that are neither used nor expired, newest first. */
export async function findPreparedStatements(
  tx: Tx,
  wanted: { readonly userId: string; readonly requestId: string; readonly at: Date; readonly limit: number },
): Promise<PreparedStatement[]> {
  const rows = await tx.statement_nonce.findMany({
    where: {
      kind: "decision",
      user_id: wanted.userId,
      subject: `request:${wanted.requestId}`,
      used_at: null,
      expires_at: { gt: wanted.at },
    },
    orderBy: { expires_at: "desc" },
    take: wanted.limit,
  });
  return rows.map((row) => ({
    nonce: row.nonce,
    statement: DecisionStatement.parse(row.statement),
    maxExports: row.max_exports ?? undefined,
    expiresAt: row.expires_at,
  }));
}

/** Spends a nonce, which counts once. Returns false when it was used before. */
export async function spendStatement(tx: Tx, nonce: string, at: Date): Promise<boolean> {
  const { count } = await tx.statement_nonce.updateMany({
    where: { nonce, used_at: null, expires_at: { gt: at } },
    data: { used_at: at },
  });
  return count === 1;
}
