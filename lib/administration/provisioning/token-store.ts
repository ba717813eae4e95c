import "server-only";
import { z } from "zod";
import { ScimCall } from "@/lib/administration/provisioning/schema";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";

/** How many calls a token keeps for the organisation's page. */
const KEPT_CALLS = 20;

export interface TokenRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly prefix: string;
  readonly secret_hash: Uint8Array;
  readonly made_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
  readonly calls: readonly ScimCall[];
}

const Calls = z.array(ScimCall).catch([]);

function toToken<R extends { readonly calls: unknown }>(row: R): R & { readonly calls: readonly ScimCall[] } {
  return { ...row, calls: Calls.parse(row.calls) };
}

export async function insertToken(
  tx: Tx,
  tenantId: string,
  row: Pick<
    TokenRow,
    "id" | "organisation_id" | "prefix" | "secret_hash" | "made_by" | "created_at" | "expires_at"
  >,
): Promise<void> {
  const secret_hash = Uint8Array.from(row.secret_hash);
  await tx.scim_token.create({ data: { ...row, secret_hash, tenant_id: tenantId }, select: { id: true } });
}

/** Returns the token with this prefix, live or not. */
export async function findToken(tx: Tx, tenantId: string, prefix: string): Promise<TokenRow | undefined> {
  const row = await tx.scim_token.findFirst({ where: { prefix, tenant_id: tenantId } });
  return row === null ? undefined : toToken(row);
}

/** Returns a token of the organisation, locked until the transaction ends. */
export async function lockToken(
  tx: Tx,
  at: { readonly tenantId: string; readonly organisationId: string },
  id: string,
): Promise<TokenRow | undefined> {
  await tx.$queryRaw(Prisma.sql`SELECT id FROM scim_token WHERE id = ${id}::uuid FOR UPDATE`);
  const where = { id, tenant_id: at.tenantId, organisation_id: at.organisationId };
  const row = await tx.scim_token.findFirst({ where });
  return row === null ? undefined : toToken(row);
}

/** Returns tokens of an organisation that ended after `since` or are live, newest first. */
export async function listTokens(
  tx: Tx,
  at: { readonly tenantId: string; readonly organisationId: string },
  since: Date,
): Promise<TokenRow[]> {
  const rows = await tx.scim_token.findMany({
    where: {
      tenant_id: at.tenantId,
      organisation_id: at.organisationId,
      expires_at: { gt: since },
      OR: [{ revoked_at: null }, { revoked_at: { gt: since } }],
    },
    orderBy: { id: "desc" },
  });
  return rows.map(toToken);
}

/** Whether a person made a token of the organisation: what they asked for by it is the provider's to withdraw. */
export async function hasMadeToken(
  tx: Tx,
  at: { readonly tenantId: string; readonly organisationId: string },
  userId: string,
): Promise<boolean> {
  const where = { tenant_id: at.tenantId, organisation_id: at.organisationId, made_by: userId };
  return (await tx.scim_token.findFirst({ where, select: { id: true } })) !== null;
}

export async function endToken(
  tx: Tx,
  id: string,
  end: { readonly expires_at: Date } | { readonly revoked_at: Date },
): Promise<void> {
  await tx.scim_token.update({ where: { id }, data: end, select: { id: true } });
}

/** Keeps a call for the organisation's page, with the time of last use. This is not an act, so it has no entry. */
export async function keepCall(tx: Tx, tokenId: string, call: ScimCall): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE scim_token SET last_used_at = ${new Date(call.at)},
    calls = (SELECT jsonb_agg(one.value ORDER BY one.ordinality) FROM
      jsonb_array_elements(jsonb_build_array(${JSON.stringify(call)}::jsonb) || calls) WITH ORDINALITY AS one
      WHERE one.ordinality <= ${KEPT_CALLS})
    WHERE id = ${tokenId}::uuid`);
}
