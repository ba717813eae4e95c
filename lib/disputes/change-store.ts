import "server-only";
import type { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import type { DisputeGround, DisputeOutcome } from "@/lib/disputes/schema";
import { DisputeStatement, type StatementSignature } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/** What a party signed, with who signed it. */
export interface SignedPermission {
  readonly statement: DisputeStatement;
  readonly signature: StatementSignature;
  readonly assurance: "evaluation" | "signed";
}

const plainJson = (value: unknown): Prisma.InputJsonValue => JSON.parse(JSON.stringify(value));

export async function insertDispute(
  tx: Tx,
  row: {
    readonly id: string;
    readonly tenantId: string;
    readonly transactionId: string;
    readonly openedBy: string;
    readonly party: string;
    readonly ground: DisputeGround;
    readonly reason: string;
    /** Sealed by the keystore. */
    readonly figuresKey: Uint8Array;
    readonly groups: readonly GroupName[];
    readonly permission: SignedPermission | undefined;
    readonly at: Date;
  },
): Promise<void> {
  const { permission } = row;
  await tx.dispute.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        transaction_id: row.transactionId,
        opened_by: row.openedBy,
        party: row.party,
        ground: row.ground,
        reason: row.reason,
        figures_key: Buffer.from(row.figuresKey),
        groups: [...row.groups],
        state: "open",
        opened_at: row.at,
        ...(permission === undefined
          ? {}
          : {
              statement: plainJson(permission.statement),
              signature: plainJson(permission.signature),
              nonce: permission.statement.nonce,
              not_after: new Date(permission.statement.not_after),
              assurance: permission.assurance,
            }),
      },
    ],
  });
}

/** Returns false if the dispute has ended. */
export async function takeDisputeRow(
  tx: Tx,
  id: string,
  taken: { readonly by: string; readonly at: Date },
): Promise<boolean> {
  const { count } = await tx.dispute.updateMany({
    where: { id, state: { in: ["open", "taken"] } },
    data: { state: "taken", taken_by: taken.by, taken_at: taken.at },
  });
  return count === 1;
}

/** Returns false if it had already ended. */
export async function endDisputeRow(
  tx: Tx,
  id: string,
  end: {
    readonly state: "resolved" | "withdrawn";
    readonly by: string;
    readonly at: Date;
    readonly resolution: string;
    readonly outcome: DisputeOutcome | undefined;
  },
): Promise<boolean> {
  const { count } = await tx.dispute.updateMany({
    where: { id, state: { in: ["open", "taken"] } },
    data: {
      state: end.state,
      resolved_by: end.by,
      resolved_at: end.at,
      resolution: end.resolution,
      outcome: end.outcome ?? null,
    },
  });
  return count === 1;
}

export async function insertNote(
  tx: Tx,
  note: {
    readonly id: string;
    readonly tenantId: string;
    readonly disputeId: string;
    readonly byUserId: string;
    readonly text: string;
    readonly at: Date;
  },
): Promise<void> {
  await tx.dispute_note.createMany({
    data: [
      {
        id: note.id,
        tenant_id: note.tenantId,
        dispute_id: note.disputeId,
        by_user_id: note.byUserId,
        text: note.text,
        at: note.at,
      },
    ],
  });
}

/** A dispute statement that waits for its party's signature. */
export async function insertPrepared(
  tx: Tx,
  row: {
    readonly tenantId: string;
    readonly userId: string;
    readonly statement: DisputeStatement;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.statement_nonce.createMany({
    data: [
      {
        nonce: row.statement.nonce,
        tenant_id: row.tenantId,
        kind: "dispute",
        user_id: row.userId,
        subject: `transaction:${row.statement.transaction}`,
        statement: plainJson(row.statement),
        expires_at: row.expiresAt,
      },
    ],
  });
}

/** Returns the statement this person prepared under the nonce, if unused and not expired. */
export async function findPrepared(
  tx: Tx,
  wanted: { readonly userId: string; readonly nonce: string; readonly at: Date },
): Promise<DisputeStatement | undefined> {
  const row = await tx.statement_nonce.findFirst({
    where: {
      nonce: wanted.nonce,
      kind: "dispute",
      user_id: wanted.userId,
      used_at: null,
      expires_at: { gt: wanted.at },
    },
  });
  return row === null ? undefined : DisputeStatement.parse(row.statement);
}

/** Uses a nonce up; returns false if it was used before. */
export async function spendPrepared(tx: Tx, nonce: string, at: Date): Promise<boolean> {
  const { count } = await tx.statement_nonce.updateMany({
    where: { nonce, kind: "dispute", used_at: null, expires_at: { gt: at } },
    data: { used_at: at },
  });
  return count === 1;
}
