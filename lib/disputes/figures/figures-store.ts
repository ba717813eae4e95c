import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import type { Tx } from "@/lib/db/transaction";
import type { StoredFigure } from "@/lib/disputes/figures/compare";
import { Relation } from "@/lib/disputes/figures/schema";

/** Returns what the parties of a dispute stated, oldest first. */
export async function listFigures(tx: Tx, disputeId: string): Promise<StoredFigure[]> {
  const rows = await tx.dispute_figure.findMany({ where: { dispute_id: disputeId }, orderBy: { id: "asc" } });
  return rows.map((row) => ({
    party: row.party,
    field: row.field,
    digest: toBase64url(row.digest),
    recordDigest: row.record_digest === null ? undefined : toBase64url(row.record_digest),
    relation: row.relation === null ? undefined : Relation.parse(row.relation),
  }));
}

/** Returns the sealed key that a dispute's figures are digested with. */
export async function findFiguresKey(tx: Tx, disputeId: string): Promise<Uint8Array | undefined> {
  const row = await tx.dispute.findUnique({ where: { id: disputeId }, select: { figures_key: true } });
  return row?.figures_key ?? undefined;
}

export interface NewFigure {
  readonly id: string;
  readonly tenantId: string;
  readonly disputeId: string;
  readonly party: string;
  readonly field: string;
  readonly digest: Uint8Array;
  readonly recordDigest: Uint8Array | undefined;
  readonly relation: Relation | undefined;
  readonly by: string;
  readonly at: Date;
}

/** Stores statements. A second one of a party about a field violates a unique index. */
export async function insertFigures(tx: Tx, figures: readonly NewFigure[]): Promise<void> {
  await tx.dispute_figure.createMany({
    data: figures.map((one) => ({
      id: one.id,
      tenant_id: one.tenantId,
      dispute_id: one.disputeId,
      party: one.party,
      field: one.field,
      digest: Buffer.from(one.digest),
      record_digest: one.recordDigest === undefined ? null : Buffer.from(one.recordDigest),
      relation: one.relation ?? null,
      by_user_id: one.by,
      at: one.at,
    })),
  });
}
