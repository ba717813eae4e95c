import "server-only";
import { type Run, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

/** A passkey with which the person signs in. */
export interface SignInPasskey {
  readonly id: string;
  readonly credentialId: string;
  readonly publicKey: Uint8Array;
  readonly label: string;
  readonly createdAt: Date;
}

export async function listSignInPasskeys(tx: Tx, userId: string): Promise<SignInPasskey[]> {
  const rows = await tx.credential.findMany({
    where: { user_id: userId, kind: "passkey", revoked_at: null },
    orderBy: { created_at: "asc" },
    select: { id: true, external_id: true, public_key: true, label: true, created_at: true },
  });
  return rows.flatMap((row) =>
    row.external_id === null || row.public_key === null
      ? []
      : [
          {
            id: row.id,
            credentialId: row.external_id,
            publicKey: row.public_key,
            label: row.label ?? "",
            createdAt: row.created_at,
          },
        ],
  );
}

const FIND_REMOVED_PASSKEY = statement<{ readonly credentialId: string }, { readonly is_removed: boolean }>(
  "find-removed-passkey",
)`
  SELECT EXISTS (SELECT FROM credential WHERE external_id = ${({ credentialId }) => credentialId}
    AND kind = 'passkey' AND revoked_at IS NOT NULL) AS is_removed`;

/** Returns whether this was a person's sign-in passkey before they removed it. */
export async function isRemovedPasskey(run: Run, credentialId: string): Promise<boolean> {
  const [row] = await run(FIND_REMOVED_PASSKEY, { credentialId });
  return row?.is_removed === true;
}

/** Returns since when a person has an account. */
export async function findSince(tx: Tx, userId: string): Promise<Date> {
  const { created_at: at } = await tx.app_user.findUniqueOrThrow({
    where: { id: userId },
    select: { created_at: true },
  });
  return at;
}

/** Returns those of these people who are not suspended. */
export async function findActive(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.app_user.findMany({
    where: { id: { in: [...userIds] }, state: "active" },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}

/** Returns names by handle, for people who have an account. */
export async function findNames(tx: Tx, handles: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.app_user.findMany({
    where: { handle: { in: [...new Set(handles)] } },
    select: { handle: true, name: true },
  });
  return new Map(rows.map((row) => [row.handle, row.name]));
}

/** Returns handles by user id. */
export async function findHandles(tx: Tx, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.app_user.findMany({
    where: { id: { in: [...new Set(userIds)] } },
    select: { id: true, handle: true },
  });
  return new Map(rows.map((row) => [row.id, row.handle]));
}

/** Returns the accounts of these handles. */
export async function findUserIds(tx: Tx, handles: readonly string[]): Promise<string[]> {
  const rows = await tx.app_user.findMany({
    where: { handle: { in: [...handles] } },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Returns the names that people gave their passkeys. */
export async function findPasskeyLabels(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.credential.findMany({
    where: { id: { in: [...new Set(ids)] }, kind: "passkey" },
    select: { id: true, label: true },
  });
  return new Map(rows.map((row) => [row.id, row.label ?? ""]));
}
