import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { isSameDigest } from "@/lib/authorities/registry/anchor";
import { requireNeverRevoked } from "@/lib/authorities/registry/register-authority";
import { inForceFrom, requireRegistrar } from "@/lib/authorities/registry/rules";
import { type AuthorityRow, confirmAuthorityRow, lockAuthority } from "@/lib/authorities/registry/store";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authorities/registry/view";
import type { AuthorityConfirmation } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, ownApproval } from "@/lib/errors";
import { isSameHuman } from "@/lib/identity/people/one-human-store";

async function requireConfirmable(
  tx: Tx,
  cx: Context,
  row: AuthorityRow | undefined,
  body: AuthorityConfirmation,
): Promise<AuthorityRow> {
  if (row === undefined) throw new DomainError("authority.not-found");
  if (row.state !== "proposed") {
    throw new DomainError("authority.state", { detail: `The registration is ${row.state}.` });
  }
  if (await isSameHuman(tx, row.proposed_by, cx.principal.userId)) {
    throw ownApproval("authority.second-person", "Another person must confirm what you registered.");
  }
  if (!isSameDigest(row.digest, row.certificate, body.digest)) {
    throw new DomainError("request.invalid", {
      detail: "The request does not match its schema.",
      errors: [{ pointer: "/digest", detail: "is not the digest of the registered key or certificate" }],
    });
  }
  return row;
}

/**
 * Confirms a registration by a second person, who gives the digest that the authority itself published for its key or
 * certificate. It is in force a day later, in an evaluation at once. Throws `auth.role`, `authority.not-found`,
 * `authority.state`, `authority.second-person`, `authority.exists`, `request.invalid`.
 */
export async function confirmAuthority(
  cx: Context,
  id: string,
  body: AuthorityConfirmation,
): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const entry = await inTransaction(cx, async (tx) => {
    const found = await lockAuthority(tx, cx.instance.tenantId, id);
    const row = await requireConfirmable(tx, cx, found, body);
    // Revoked since it was registered.
    await requireNeverRevoked(tx, cx.instance.tenantId, row.certificate);
    const at = cx.clock.now();
    const from = inForceFrom(cx, at);
    await confirmAuthorityRow(tx, id, { by: cx.principal.userId, at, inForceFrom: from });
    return appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "authority.confirm",
      subjects: [`authority:${id}`],
      details: { digest: row.digest, in_force_from: from.toISOString() },
    });
  });
  return answerAuthority(cx, id, entry);
}
