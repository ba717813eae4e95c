import "server-only";
import { z } from "zod";
import { Prisma } from "@/lib/db/generated/client";
import { Moment } from "@/lib/db/read-rows";
import type { Tx } from "@/lib/db/transaction";
import { SignedPolicy } from "@/lib/escrow/protocol/policy-order";
import { ApprovalDecision, SetApproval } from "@/lib/policies/schema";

const Row = z.object({
  round: z.number(),
  user_id: z.string(),
  decision: ApprovalDecision,
  duties: SetApproval.shape.duties,
  reason: z.string(),
  document_digest: z.string(),
  at: Moment,
  entry_id: z.string(),
});

/** What one person decided on one submission of a set, and what they signed for the custodian. */
export type ApprovalRow = z.infer<typeof Row> & { readonly signed: SignedPolicy | null };

/** Reads what a person signed for the custodian from the two columns of its row. */
export function signedOf({
  statement,
  signature,
}: {
  readonly statement: unknown;
  readonly signature: unknown;
}): SignedPolicy | null {
  return statement === null ? null : SignedPolicy.parse({ statement, signature });
}

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** Returns the two columns for what a person signed. */
export function signedColumns(signed: SignedPolicy | null) {
  if (signed === null) return { statement: Prisma.DbNull, signature: Prisma.DbNull };
  return { statement: plainJson(signed.statement), signature: plainJson(signed.signature) };
}

/** Returns the decisions on all submissions of a set, oldest first. */
export async function listApprovals(tx: Tx, setId: string): Promise<ApprovalRow[]> {
  const rows = await tx.policy_approval.findMany({
    where: { set_id: setId },
    orderBy: { id: "asc" },
    select: {
      ...{ round: true, user_id: true, decision: true, duties: true, reason: true },
      ...{ document_digest: true, at: true, entry_id: true, statement: true, signature: true },
    },
  });
  return rows.map((row) => ({ ...Row.parse(row), signed: signedOf(row) }));
}

/** Returns the approvals that count for the present submission. */
export function approvalsOf(rows: readonly ApprovalRow[], round: number): ApprovalRow[] {
  return rows.filter((row) => row.round === round && row.decision === "approve");
}

/** Stores a decision. A second one of the same person on the same submission violates a unique index. */
export async function insertApproval(
  tx: Tx,
  tenantId: string,
  row: ApprovalRow & { readonly id: string; readonly setId: string },
): Promise<void> {
  const { setId, duties, signed, ...rest } = row;
  await tx.policy_approval.createMany({
    data: [{ ...rest, ...signedColumns(signed), duties: [...duties], tenant_id: tenantId, set_id: setId }],
  });
}
