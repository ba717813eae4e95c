import "server-only";
import { z } from "zod";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { Roster } from "@/lib/escrow/protocol/roster";
import { RosterChangeKind } from "@/lib/identity/roster/schema";

/** A requested change of one person's keys, or (kind people) of who is on the roster. */
export interface RosterChangeRow {
  readonly id: string;
  /** The person whose keys change, or who asked for a version; absent where the portal asked. */
  readonly userId: string | undefined;
  readonly kind: RosterChangeKind;
  readonly passkeyId: string | undefined;
  readonly added: string | undefined;
  readonly removed: string | undefined;
  /** Handles of the people whom a version adds, changes or removes. */
  readonly people: readonly string[];
  /** Why a version is asked for. */
  readonly purpose: string | undefined;
  readonly baseVersion: number;
  readonly baseDigest: string;
  readonly roster: Roster;
  readonly rosterDigest: string;
  readonly state: "pending" | "done" | "refused" | "withdrawn" | "superseded";
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly reason: string | undefined;
  readonly endedAt: Date | undefined;
}

const State = z.enum(["pending", "done", "refused", "withdrawn", "superseded"]);
const Row = z.object({
  id: z.string(),
  user_id: z.string().nullable(),
  kind: RosterChangeKind,
  passkey_id: z.string().nullable(),
  added: z.string().nullable(),
  removed: z.string().nullable(),
  people: z.array(z.string()),
  purpose: z.string().nullable(),
  base_version: z.number(),
  base_digest: z.string(),
  roster: Roster,
  roster_digest: z.string(),
  state: State,
  created_at: z.date(),
  expires_at: z.date(),
  reason: z.string().nullable(),
  ended_at: z.date().nullable(),
});

const plainJson = (value: unknown) => JSON.parse(JSON.stringify(value));

function toChange(record: unknown): RosterChangeRow {
  const row = Row.parse(record);
  return {
    id: row.id,
    userId: row.user_id ?? undefined,
    kind: row.kind,
    passkeyId: row.passkey_id ?? undefined,
    added: row.added ?? undefined,
    removed: row.removed ?? undefined,
    people: row.people,
    purpose: row.purpose ?? undefined,
    baseVersion: row.base_version,
    baseDigest: row.base_digest,
    roster: row.roster,
    rosterDigest: row.roster_digest,
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    reason: row.reason ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

export async function insertChange(
  tx: Tx,
  tenantId: string,
  row: Omit<RosterChangeRow, "state" | "reason" | "endedAt">,
): Promise<void> {
  await tx.roster_change.createMany({
    data: [
      {
        id: row.id,
        tenant_id: tenantId,
        user_id: row.userId ?? null,
        kind: row.kind,
        people: [...row.people],
        purpose: row.purpose ?? null,
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

/** Returns the newest changes of one person's own keys, in any state. */
export async function listOwnChanges(tx: Tx, userId: string, limit: number): Promise<RosterChangeRow[]> {
  const rows = await tx.roster_change.findMany({
    where: { user_id: userId, kind: { not: "people" } },
    orderBy: { created_at: "desc" },
    take: limit,
  });
  return rows.map(toChange);
}

/** Returns pending changes of other people's keys, oldest first. */
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
      kind: { not: "people" },
    },
    orderBy: { created_at: "asc" },
    take: wanted.limit,
  });
  return rows.map(toChange);
}

/** Returns versions about people, newest first. */
export async function listVersions(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly isPending?: true; readonly limit: number },
): Promise<RosterChangeRow[]> {
  const rows = await tx.roster_change.findMany({
    where: {
      tenant_id: wanted.tenantId,
      kind: "people",
      ...(wanted.isPending === undefined ? {} : { state: "pending" }),
    },
    orderBy: { created_at: "desc" },
    take: wanted.limit,
  });
  return rows.map(toChange);
}

/** Waits until no other transaction asks for a version about people: one is open at a time. */
export async function lockVersions(tx: Tx, tenantId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`roster_versions:${tenantId}`}, 0))`;
}

/** Ends a change; returns false if it had already ended. */
export async function endChange(
  tx: Tx,
  id: string,
  end: {
    readonly state: "done" | "refused" | "withdrawn" | "superseded";
    readonly at: Date;
    readonly by: string | undefined;
    readonly reason?: string | undefined;
  },
): Promise<boolean> {
  const { count } = await tx.roster_change.updateMany({
    where: { id, state: "pending" },
    data: { state: end.state, ended_at: end.at, ended_by: end.by ?? null, reason: end.reason ?? null },
  });
  return count === 1;
}

const HAS_ENROLLED = statement<{ readonly userId: string }, { readonly has_enrolled: boolean }>(
  "has-enrolled",
)`
  SELECT EXISTS (SELECT FROM roster_change WHERE user_id = ${({ userId }) => userId}::uuid AND state = 'done'
    AND kind <> 'people')
    AS has_enrolled`;

/** Returns whether a change has put the person's own key on the roster. A change cannot remove a person's last key. */
export async function hasEnrolled(run: Run, userId: string): Promise<boolean> {
  const [row] = await run(HAS_ENROLLED, { userId });
  return row?.has_enrolled === true;
}
