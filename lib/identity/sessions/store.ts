import "server-only";
import type { SessionProof, SignInMethod } from "@/lib/context/principal";
import { Prisma } from "@/lib/db/generated/client";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import {
  HOLDER_COLUMNS,
  HOLDER_TABLES,
  type Holder,
  type HolderRow,
  toHolder,
} from "@/lib/identity/people/holders-store";
import { SignInMethod as Method } from "@/lib/identity/schema";

/** A session with the person it belongs to. */
export interface StoredSession {
  readonly sid: string;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly standing: string;
  readonly proof: SessionProof;
  readonly holder: Holder;
}

interface SessionRow extends HolderRow {
  sid: string;
  last_seen_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  multi_factor_at: Date | null;
  proved_at: Date;
  method: string;
  passkey_id: string | null;
  standing: string;
}

function toSession(row: SessionRow): StoredSession {
  return {
    sid: row.sid,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    endedAt: row.revoked_at,
    standing: row.standing,
    proof: {
      kind: "session",
      sessionId: row.sid,
      method: Method.parse(row.method),
      provedAt: row.proved_at,
      ...(row.passkey_id === null ? {} : { passkeyId: row.passkey_id }),
      ...(row.multi_factor_at === null ? {} : { multiFactorAt: row.multi_factor_at }),
    },
    holder: toHolder(row),
  };
}

const SESSION_COLUMNS = Prisma.sql`
  s.sid, s.last_seen_at, s.expires_at, s.revoked_at, s.multi_factor_at, s.proved_at, s.method, s.passkey_id,
  s.standing, ${HOLDER_COLUMNS}`;

const SESSION_TABLES = Prisma.sql`
  auth_session s JOIN app_user u ON u.id = s.user_id AND u.tenant_id = s.tenant_id ${HOLDER_TABLES}`;

const FIND_SESSION = statement<{ readonly tenantId: string; readonly sid: string }, SessionRow>(
  "find-session",
)`
  SELECT ${SESSION_COLUMNS} FROM ${SESSION_TABLES}
  WHERE s.sid = ${({ sid }) => sid} AND s.tenant_id = ${({ tenantId }) => tenantId}::uuid`;

/** Returns a session and its person in one statement. */
export async function findSession(
  run: Run,
  tenantId: string,
  sid: string,
): Promise<StoredSession | undefined> {
  const [row] = await run(FIND_SESSION, { tenantId, sid });
  return row === undefined ? undefined : toSession(row);
}

/** Returns those of the named sessions that exist. */
export async function findSessions(
  tx: Tx,
  tenantId: string,
  sids: readonly string[],
): Promise<StoredSession[]> {
  const rows = await tx.$queryRaw<SessionRow[]>(Prisma.sql`
    SELECT ${SESSION_COLUMNS} FROM ${SESSION_TABLES}
    WHERE s.sid = ANY (${[...sids]}) AND s.tenant_id = ${tenantId}::uuid`);
  return rows.map(toSession);
}

/** Returns sessions without an end, for the sweep that ends dead ones; oldest use first. */
export async function listOpenSessions(tx: Tx, tenantId: string, limit: number): Promise<StoredSession[]> {
  const rows = await tx.$queryRaw<SessionRow[]>(Prisma.sql`
    SELECT ${SESSION_COLUMNS} FROM ${SESSION_TABLES}
    WHERE s.revoked_at IS NULL AND s.tenant_id = ${tenantId}::uuid ORDER BY s.last_seen_at LIMIT ${limit}`);
  return rows.map(toSession);
}

export interface NewSession {
  readonly sid: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly at: Date;
  readonly provedAt: Date;
  readonly expiresAt: Date;
  readonly method: SignInMethod;
  readonly passkeyId?: string;
  readonly providerId?: string;
  readonly multiFactorAt?: Date;
  readonly standing: string;
  readonly device: string;
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx.auth_session.create({
    data: {
      sid: session.sid,
      tenant_id: session.tenantId,
      user_id: session.userId,
      created_at: session.at,
      last_seen_at: session.at,
      proved_at: session.provedAt,
      expires_at: session.expiresAt,
      method: session.method,
      passkey_id: session.passkeyId ?? null,
      provider_id: session.providerId ?? null,
      multi_factor_at: session.multiFactorAt ?? null,
      standing: session.standing,
      device: session.device,
    },
    select: { sid: true },
  });
}

const usedAt = ({ at }: { readonly at: Date }) => at;
const TOUCH_SESSION = statement<{ readonly sid: string; readonly at: Date }, never>("touch-session")`
  UPDATE auth_session SET last_seen_at = ${usedAt}
  WHERE sid = ${({ sid }) => sid} AND revoked_at IS NULL AND last_seen_at < ${usedAt}`;

/** Stores the last use, unless another request did just before. This is not an act, so it has no entry. */
export async function touchSession(run: Run, sid: string, at: Date): Promise<void> {
  await run(TOUCH_SESSION, { sid, at });
}

/** Returns whether this session has no end yet. */
export async function isSessionOpen(tx: Tx, sid: string): Promise<boolean> {
  return (await tx.auth_session.count({ where: { sid, revoked_at: null } })) === 1;
}

/** Raises a live session's proof; returns false if it has ended. */
export async function refreshProof(
  tx: Tx,
  sid: string,
  proof: { readonly at: Date; readonly method: SignInMethod; readonly passkeyId?: string | undefined },
): Promise<boolean> {
  const { count } = await tx.auth_session.updateMany({
    where: { sid, revoked_at: null },
    data: {
      proved_at: proof.at,
      method: proof.method,
      passkey_id: proof.passkeyId ?? null,
      ...(proof.method === "password" ? {} : { multi_factor_at: proof.at }),
    },
  });
  return count === 1;
}

/** Ends the live ones of a person's sessions and returns them. */
export async function endSessions(
  tx: Tx,
  which: {
    readonly userId: string;
    readonly sid?: string | undefined;
    readonly but?: string | undefined;
    readonly at: Date;
    readonly reason: string;
  },
): Promise<string[]> {
  const rows = await tx.auth_session.updateManyAndReturn({
    where: {
      user_id: which.userId,
      revoked_at: null,
      ...(which.sid === undefined ? {} : { sid: which.sid }),
      ...(which.but === undefined ? {} : { NOT: { sid: which.but } }),
    },
    data: { revoked_at: which.at, end_reason: which.reason },
    select: { sid: true },
  });
  return rows.map((row) => row.sid);
}

/** A session as its owner sees it. */
export interface ListedSession {
  readonly sid: string;
  readonly device: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly method: SignInMethod;
}

export async function listSessionsOf(tx: Tx, userId: string, now: Date): Promise<ListedSession[]> {
  const rows = await tx.auth_session.findMany({
    where: { user_id: userId, revoked_at: null, expires_at: { gt: now } },
    orderBy: { last_seen_at: "desc" },
    select: { sid: true, device: true, created_at: true, last_seen_at: true, expires_at: true, method: true },
    take: 100,
  });
  return rows.map((row) => ({
    sid: row.sid,
    device: row.device ?? "",
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    method: Method.parse(row.method),
  }));
}

/** Returns open sessions that began with a sign-in at this organisation's identity provider. */
export async function listSessionsOfProvider(
  tx: Tx,
  providerId: string,
): Promise<{ readonly sid: string; readonly userId: string }[]> {
  const rows = await tx.auth_session.findMany({
    where: { provider_id: providerId, revoked_at: null },
    select: { sid: true, user_id: true },
  });
  return rows.map((row) => ({ sid: row.sid, userId: row.user_id }));
}
