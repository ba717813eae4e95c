import "server-only";
import { requireOrganisation } from "@/lib/administration/people/rules";
import type {
  EndedScimToken,
  MadeScimToken,
  NewScimToken,
  ScimToken,
} from "@/lib/administration/provisioning/schema";
import { findSettings } from "@/lib/administration/provisioning/settings-store";
import {
  endToken,
  insertToken,
  lockToken,
  type TokenRow,
} from "@/lib/administration/provisioning/token-store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { newApiKey } from "@/lib/identity/api-keys/api-key";
import type { ApiKeySecret } from "@/lib/identity/instance-secret";
import { findHolder } from "@/lib/identity/people/holders-store";

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/** Whether the token is accepted at this moment. */
export function isLiveToken({ revoked_at, expires_at }: TokenRow, now: Date): boolean {
  return revoked_at === null && now < expires_at;
}

/** Returns a token as administrators see it, without its text. */
export async function viewToken(tx: Tx, cx: Context, row: TokenRow): Promise<ScimToken> {
  const maker = await findHolder(tx, cx.instance.tenantId, row.made_by);
  const now = cx.clock.now();
  return {
    id: row.id,
    prefix: row.prefix,
    state: row.revoked_at !== null ? "revoked" : isLiveToken(row, now) ? "live" : "expired",
    made_by: {
      name: maker?.name ?? row.made_by,
      is_active: maker?.isActive === true && maker.duties.includes("admin"),
    },
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

/** Lets a token that is replaced work for the overlap. */
async function replace(
  tx: Tx,
  cx: Context,
  old: TokenRow,
  { overlap, by }: { readonly overlap: Date; readonly by: string },
): Promise<void> {
  const end = old.expires_at < overlap ? old.expires_at : overlap;
  await appendEntry(tx, cx, {
    class: "identity",
    outcome: "done",
    action: "scim_token.change",
    subjects: [`scim_token:${old.id}`],
    details: { prefix: old.prefix, expires_at: end.toISOString(), followed_by: by },
  });
  await endToken(tx, old.id, { expires_at: end });
}

async function lockLive(tx: Tx, cx: Context, organisationId: string, id: string): Promise<TokenRow> {
  const row = await lockToken(tx, { tenantId: cx.instance.tenantId, organisationId }, id);
  if (row === undefined) throw new DomainError("provisioning.token-not-found");
  if (!isLiveToken(row, cx.clock.now()))
    throw new DomainError("provisioning.token-ended", { detail: "Make a token without `replaces`." });
  return row;
}

/**
 * Makes a token for the identity provider of an organisation, and returns it this once. One administrator makes it: it
 * lets do what one administrator may do, and what needs two people waits for another one than its maker. Throws
 * `provisioning.none` before two administrators have agreed to settings, and `provisioning.token-ended`.
 */
export async function makeScimToken(
  cx: Context & ApiKeySecret,
  organisationId: string,
  { days, replaces, overlap_hours: overlap }: NewScimToken,
): Promise<MadeScimToken> {
  const { tenantId } = cx.instance;
  const now = cx.clock.now();
  const made = newApiKey(cx.apiKeySecret, "scim");
  const { view, entry } = await inTransaction(cx, async (tx) => {
    await requireOrganisation(tx, cx, organisationId);
    if ((await findSettings(tx, tenantId, organisationId)) === undefined)
      throw new DomainError("provisioning.none", { detail: "Set up provisioning first." });
    const old = replaces === undefined ? undefined : await lockLive(tx, cx, organisationId, replaces);
    const row = {
      ...{ id: uuidv7(now.getTime()), organisation_id: organisationId, prefix: made.prefix },
      ...{ secret_hash: made.secretHash, made_by: cx.principal.userId, created_at: now },
      expires_at: new Date(now.getTime() + days * DAY_MS),
    };
    const appended = await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "scim_token.create",
      subjects: [`scim_token:${row.id}`],
      details: {
        organisation: organisationId,
        prefix: row.prefix,
        expires_at: row.expires_at.toISOString(),
      },
    });
    await insertToken(tx, tenantId, row);
    if (old !== undefined)
      await replace(tx, cx, old, {
        overlap: new Date(now.getTime() + overlap * HOUR_MS),
        by: made.prefix,
      });
    const kept = { ...row, last_used_at: null, revoked_at: null, calls: [] };
    return { view: await viewToken(tx, cx, kept), entry: appended };
  });
  return { ...view, token: made.key, receipt: await issueReceipt(cx, entry) };
}

/** Ends a token at once. An ended one gets the same answer. Throws `provisioning.token-not-found`. */
export async function revokeScimToken(
  cx: Context,
  organisationId: string,
  id: string,
  reason: string,
): Promise<EndedScimToken> {
  const now = cx.clock.now();
  const { view, entry } = await inTransaction(cx, async (tx) => {
    const row = await lockToken(tx, { tenantId: cx.instance.tenantId, organisationId }, id);
    if (row === undefined) throw new DomainError("provisioning.token-not-found");
    if (row.revoked_at !== null) return { view: await viewToken(tx, cx, row), entry: undefined };
    const appended = await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "scim_token.revoke",
      subjects: [`scim_token:${id}`],
      details: { organisation: organisationId, prefix: row.prefix, reason },
    });
    await endToken(tx, id, { revoked_at: now });
    return { view: await viewToken(tx, cx, { ...row, revoked_at: now }), entry: appended };
  });
  return { ...view, ...(entry === undefined ? {} : { receipt: await issueReceipt(cx, entry) }) };
}
