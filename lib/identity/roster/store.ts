import "server-only";
import { z } from "zod";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { Roster } from "@/lib/escrow/protocol/roster";
import { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { RosterChangeKind } from "@/lib/identity/roster/schema";

/** A requested change of one person's keys. */
export interface RosterChangeRow {
  readonly id: string;
  readonly userId: string;
  readonly kind: RosterChangeKind;
  readonly passkeyId: string | undefined;
  readonly added: string | undefined;
  readonly removed: string | undefined;
  readonly baseVersion: number;
  readonly baseDigest: string;
  readonly roster: Roster;
  readonly rosterDigest: string;
  readonly state: "pending" | "done" | "refused" | "withdrawn" | "superseded";
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly reason: string | undefined;
}

const State = z.enum(["pending", "done", "refused", "withdrawn", "superseded"]);
const Row = z.object({
  id: z.string(),
  user_id: z.string(),
  kind: RosterChangeKind,
  passkey_id: z.string().nullable(),
  added: z.string().nullable(),
  removed: z.string().nullable(),
  base_version: z.number(),
  base_digest: z.string(),
  roster: Roster,
  roster_digest: z.string(),
  state: State,
  created_at: z.date(),
  expires_at: z.date(),
  reason: z.string().nullable(),
});

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

function toChange(record: unknown): RosterChangeRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    passkeyId: row.passkey_id ?? undefined,
    added: row.added ?? undefined,
    removed: row.removed ?? undefined,
    baseVersion: row.base_version,
    baseDigest: row.base_digest,
    roster: row.roster,
    rosterDigest: row.roster_digest,
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    reason: row.reason ?? undefined,
  };
}

export async function insertChange(
  tx: Tx,
  tenantId: string,
  row: Omit<RosterChangeRow, "state" | "reason">,
): Promise<void> {
  await tx.roster_change.createMany({
    data: [
      {
        id: row.id,
        tenant_id: tenantId,
        user_id: row.userId,
        kind: row.kind,
        passkey_id: row.passkeyId ?? null,
        added: row.added ?? null,
        removed: row.removed ?? null,
        base_version: row.baseVersion,
        base_digest: row.baseDigest,
        roster: plainJson(row.roster),
        roster_digest: row.rosterDigest,
        created_at: row.createdAt,
        expires_at: row.expiresAt,
      },
    ],
  });
}

export async function findChange(tx: Tx, tenantId: string, id: string): Promise<RosterChangeRow | undefined> {
  const row = await tx.roster_change.findFirst({ where: { id, tenant_id: tenantId } });
  return row === null ? undefined : toChange(row);
}

/** Serialises two agreements, or an agreement and an end. */
export async function lockChange(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`roster_change:${id}`}, 0))`;
}

/** Returns the newest changes of one person, in any state. */
export async function listOwnChanges(tx: Tx, userId: string, limit: number): Promise<RosterChangeRow[]> {
  const rows = await tx.roster_change.findMany({
    where: { user_id: userId },
    orderBy: { created_at: "desc" },
    take: limit,
  });
  return rows.map(toChange);
}

/** Returns pending changes of other people, oldest first. */
export async function listPendingOfOthers(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly userId: string; readonly at: Date; readonly limit: number },
): Promise<RosterChangeRow[]> {
  const rows = await tx.roster_change.findMany({
    where: {
      tenant_id: wanted.tenantId,
      state: "pending",
      expires_at: { gt: wanted.at },
      user_id: { not: wanted.userId },
    },
    orderBy: { created_at: "asc" },
    take: wanted.limit,
  });
  return rows.map(toChange);
}

/** Ends a change; returns false if it had already ended. */
export async function endChange(
  tx: Tx,
  id: string,
  end: {
    readonly state: "done" | "refused" | "withdrawn" | "superseded";
    readonly at: Date;
    readonly by: string;
    readonly reason?: string | undefined;
  },
): Promise<boolean> {
  const { count } = await tx.roster_change.updateMany({
    where: { id, state: "pending" },
    data: { state: end.state, ended_at: end.at, ended_by: end.by, reason: end.reason ?? null },
  });
  return count === 1;
}

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

const HAS_ENROLLED = statement<{ readonly userId: string }, { readonly has_enrolled: boolean }>(
  "has-enrolled",
)`
  SELECT EXISTS (SELECT FROM roster_change WHERE user_id = ${({ userId }) => userId}::uuid AND state = 'done')
    AS has_enrolled`;

/** Returns whether a change has put the person's own key on the roster. A change cannot remove a person's last key. */
export async function hasEnrolled(run: Run, userId: string): Promise<boolean> {
  const [row] = await run(HAS_ENROLLED, { userId });
  return row?.has_enrolled === true;
}
