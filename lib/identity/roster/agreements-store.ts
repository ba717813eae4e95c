import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";
import { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** One person's signed agreement to a change. */
export interface AgreementRow {
  readonly changeId: string;
  readonly userId: string;
  readonly person: string;
  readonly statement: RosterStatement;
  readonly signature: StatementSignature;
  readonly proofKind: "passkey" | "ed25519" | "evaluation";
  readonly at: Date;
}

const Agreement = z.object({
  change_id: z.string(),
  user_id: z.string(),
  person: z.string(),
  statement: RosterStatement,
  signature: StatementSignature,
  proof_kind: z.enum(["passkey", "ed25519", "evaluation"]),
  at: z.date(),
});

export async function insertAgreement(tx: Tx, tenantId: string, row: AgreementRow): Promise<void> {
  await tx.roster_agreement.createMany({
    data: [
      {
        change_id: row.changeId,
        user_id: row.userId,
        tenant_id: tenantId,
        person: row.person,
        statement: plainJson(row.statement),
        signature: plainJson(row.signature),
        proof_kind: row.proofKind,
        at: row.at,
      },
    ],
  });
}

export async function listAgreements(tx: Tx, changeIds: readonly string[]): Promise<AgreementRow[]> {
  const rows = await tx.roster_agreement.findMany({
    where: { change_id: { in: [...changeIds] } },
    orderBy: { at: "asc" },
  });
  return rows.map((record) => {
    const row = Agreement.parse(record);
    return {
      changeId: row.change_id,
      userId: row.user_id,
      person: row.person,
      statement: row.statement,
      signature: row.signature,
      proofKind: row.proof_kind,
      at: row.at,
    };
  });
}
