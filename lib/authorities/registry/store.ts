import "server-only";
import { z } from "zod";
import type { RegisteredAnchor } from "@/lib/authorities/cms";
import type { RegisteredKey } from "@/lib/authorities/jws";
import { AuthorityState } from "@/lib/authorities/schema";
import { fromBase64url } from "@/lib/crypto/bytes";
import { type Readable, readRows } from "@/lib/db/read-rows";
import { columnsOf, type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";

const Row = z.object({
  id: z.string(),
  kind: z.enum(["key", "anchor"]),
  issuer: z.string(),
  jurisdiction: z.string(),
  kid: z.string().nullable(),
  public_key: z.string().nullable(),
  certificate: z.instanceof(Uint8Array).nullable(),
  digest: z.string(),
  valid_from: z.date(),
  valid_until: z.date(),
  state: AuthorityState,
  proposed_by: z.string(),
  proposed_at: z.date(),
  confirmed_by: z.string().nullable(),
  confirmed_at: z.date().nullable(),
  in_force_from: z.date().nullable(),
  ended_by: z.string().nullable(),
  ended_at: z.date().nullable(),
  end_reason: z.string().nullable(),
});
/** A registration in its current state. */
export type AuthorityRow = z.infer<typeof Row>;

export interface NewAuthorityRow {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: "key" | "anchor";
  readonly issuer: string;
  readonly jurisdiction: string;
  /** Set only for a key. */
  readonly kid?: string;
  readonly publicKey?: string;
  /** Set only for an anchor, as DER. */
  readonly certificate?: Uint8Array;
  readonly digest: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly by: string;
  readonly at: Date;
}

export async function insertAuthority(tx: Tx, row: NewAuthorityRow): Promise<void> {
  await tx.authority.createMany({
    data: [
      {
        id: row.id,
        tenant_id: row.tenantId,
        kind: row.kind,
        issuer: row.issuer,
        jurisdiction: row.jurisdiction,
        kid: row.kid ?? null,
        public_key: row.publicKey ?? null,
        certificate: row.certificate === undefined ? null : Uint8Array.from(row.certificate),
        digest: row.digest,
        valid_from: row.validFrom,
        valid_until: row.validUntil,
        state: "proposed",
        proposed_by: row.by,
        proposed_at: row.at,
      },
    ],
  });
}

/** Returns one registration, locked against other changes. */
export async function lockAuthority(tx: Tx, tenantId: string, id: string): Promise<AuthorityRow | undefined> {
  await tx.$queryRawUnsafe(
    "SELECT 1 FROM authority WHERE tenant_id = $1::uuid AND id = $2::uuid FOR UPDATE",
    tenantId,
    id,
  );
  const row = await tx.authority.findFirst({ where: { tenant_id: tenantId, id } });
  return row === null ? undefined : Row.parse(row);
}

/** Returns registrations newest first; `after` is the id of the last one shown. */
export async function listAuthorityRows(
  tx: Tx,
  tenantId: string,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Readable<AuthorityRow>[]> {
  const rows = await tx.authority.findMany({
    where: { tenant_id: tenantId, ...(page.after === undefined ? {} : { id: { lt: page.after } }) },
    orderBy: { id: "desc" },
    take: page.limit,
  });
  return readRows(rows, (row) => Row.parse(row));
}

/** Returns current names of people by id. */
export async function namesOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.app_user.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Returns certificates of revoked trust anchors, DER. */
export async function listRevokedCertificates(tx: Tx, tenantId: string): Promise<readonly Uint8Array[]> {
  const rows = await tx.authority.findMany({
    where: { tenant_id: tenantId, kind: "anchor", state: "revoked" },
    select: { certificate: true },
  });
  return rows.flatMap(({ certificate }) => (certificate === null ? [] : [certificate]));
}

interface Kid {
  readonly tenantId: string;
  readonly kid: string;
}

/** A key may have been revoked under any id. Only the database owner can register one twice (authority_key_once). */
const FIND_KEY = statement<Kid, { readonly is_revoked: boolean }>("find-authority-key")`
  SELECT ${columnsOf(Row, "a")}, EXISTS (SELECT FROM authority o WHERE o.tenant_id = a.tenant_id AND o.kind = 'key'
    AND o.public_key IS NOT DISTINCT FROM a.public_key AND o.state = 'revoked') AS is_revoked
  FROM authority a WHERE a.tenant_id = ${({ tenantId }) => tenantId}::uuid AND a.kid = ${({ kid }) => kid}
    AND a.kind = 'key' AND a.state <> 'withdrawn' LIMIT 1`;

/** Returns the key registered under this id, in any state. */
export async function findKey(
  { run }: Running,
  tenantId: string,
  kid: string,
): Promise<RegisteredKey | undefined> {
  const [found] = await run(FIND_KEY, { tenantId, kid });
  if (found === undefined) return undefined;
  const row = Row.parse(found);
  return {
    id: row.id,
    issuer: row.issuer,
    jurisdiction: row.jurisdiction,
    kid,
    publicKey: fromBase64url(row.public_key ?? ""),
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    state: found.is_revoked ? "revoked" : row.state,
    inForceFrom: row.in_force_from ?? undefined,
  };
}

const HOLD_KEY = statement<Kid, never>("hold-authority-key")`
  SELECT FROM authority WHERE tenant_id = ${({ tenantId }) => tenantId}::uuid AND kid = ${({ kid }) => kid}
    AND state <> 'withdrawn' FOR SHARE`;

/** Locks the key's row until the transaction ends: a revocation waits, and then finds what rests on the key. */
export async function holdKey({ run }: Running, tenantId: string, kid: string): Promise<void> {
  await run(HOLD_KEY, { tenantId, kid });
}

interface AnchorRow {
  readonly id: string;
  readonly issuer: string;
  readonly jurisdiction: string;
  readonly certificate: Uint8Array | null;
}

const HOLD_ANCHORS = statement<Pick<Kid, "tenantId">, never>("hold-anchors")`
  SELECT FROM authority WHERE tenant_id = ${({ tenantId }) => tenantId}::uuid AND kind = 'anchor'
    AND state = 'confirmed' ORDER BY id FOR SHARE`;

const LIST_ANCHORS = statement<Pick<Kid, "tenantId"> & { readonly at: Date }, AnchorRow>("list-anchors")`
  SELECT id, issuer, jurisdiction, certificate FROM authority
  WHERE tenant_id = ${({ tenantId }) => tenantId}::uuid AND kind = 'anchor' AND state = 'confirmed'
    AND in_force_from <= ${({ at }) => at}::timestamptz AND valid_from <= ${({ at }) => at}::timestamptz
    AND valid_until > ${({ at }) => at}::timestamptz ORDER BY id`;

/**
 * Returns trust anchors that count at this moment. With `isHeld` their rows stay locked until the transaction ends.
 * Ending one, or adding a revocation list to it, waits, and then finds what rests on it.
 */
export async function listAnchors(
  { run }: Running,
  tenantId: string,
  { at, isHeld = false }: { readonly at: Date; readonly isHeld?: boolean },
): Promise<RegisteredAnchor[]> {
  if (isHeld) await run(HOLD_ANCHORS, { tenantId });
  const rows = await run(LIST_ANCHORS, { tenantId, at });
  return rows.flatMap(({ certificate, ...row }) => (certificate === null ? [] : [{ ...row, certificate }]));
}

export async function confirmAuthorityRow(
  tx: Tx,
  id: string,
  confirmation: { readonly by: string; readonly at: Date; readonly inForceFrom: Date },
): Promise<void> {
  await tx.authority.updateMany({
    where: { id, state: "proposed" },
    data: {
      state: "confirmed",
      confirmed_by: confirmation.by,
      confirmed_at: confirmation.at,
      in_force_from: confirmation.inForceFrom,
    },
  });
}

export async function endAuthorityRow(
  tx: Tx,
  id: string,
  end: {
    readonly state: "withdrawn" | "revoked";
    readonly by: string;
    readonly at: Date;
    readonly reason: string;
  },
): Promise<void> {
  await tx.authority.updateMany({
    where: { id, state: end.state === "revoked" ? "confirmed" : "proposed" },
    data: { state: end.state, ended_by: end.by, ended_at: end.at, end_reason: end.reason },
  });
}
