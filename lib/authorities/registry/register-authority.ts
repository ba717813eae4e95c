import "server-only";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { anchorMembers } from "@/lib/authorities/registry/anchor";
import { invalidMember, keyThumbprint, requireRegistrar } from "@/lib/authorities/registry/rules";
import {
  insertAuthority,
  listRevokedCertificates,
  type NewAuthorityRow,
} from "@/lib/authorities/registry/store";
import { type AuthorityAnswer, answerAuthority } from "@/lib/authorities/registry/view";
import type { NewAuthority, NewKey } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { keyIdentity } from "@/lib/crypto/pki/algorithms";
import { readCertificate } from "@/lib/crypto/pki/certificate";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * Refuses a certificate over a key whose certificate was revoked here, from any issuer and for any authority: a revoked
 * key cannot return. A new certificate over a key in force is a renewal. Throws `authority.exists`.
 */
export async function requireNeverRevoked(
  tx: Tx,
  tenantId: string,
  certificate: Uint8Array | null | undefined,
): Promise<void> {
  if (certificate === null || certificate === undefined) return;
  const key = keyIdentity(readCertificate(certificate));
  const revoked = await listRevokedCertificates(tx, tenantId);
  if (!revoked.some((der) => keyIdentity(readCertificate(der)) === key)) return;
  throw new DomainError("authority.exists", {
    detail: "A certificate for this key was revoked. An ended registration cannot be renewed.",
  });
}

function keyMembers(body: NewKey, at: Date) {
  const [validFrom, validUntil] = [new Date(body.valid_from), new Date(body.valid_until)];
  if (validUntil <= validFrom) throw invalidMember("/valid_until", "is not after valid_from");
  if (validUntil <= at) throw invalidMember("/valid_until", "is over");
  const { kid, public_key: publicKey } = body;
  return { kid, publicKey, digest: keyThumbprint(publicKey), validFrom, validUntil };
}

function rowOf(cx: Context, body: NewAuthority): NewAuthorityRow {
  const at = cx.clock.now();
  const { kind, issuer, jurisdiction } = body;
  return {
    id: uuidv7(at.getTime()),
    tenantId: cx.instance.tenantId,
    kind,
    issuer,
    jurisdiction,
    ...(body.kind === "key" ? keyMembers(body, at) : anchorMembers(body.certificate, at)),
    by: cx.principal.userId,
    at,
  };
}

/**
 * Registers a key with which an authority signs orders, or the certificate to which its signers' certificates lead. It
 * counts only after a second person has confirmed it and its time has come. Throws `auth.role`, `request.invalid`,
 * `authority.exists`.
 */
export async function registerAuthority(cx: Context, body: NewAuthority): Promise<AuthorityAnswer> {
  requireRegistrar(cx);
  const row = rowOf(cx, body);
  const { id, kind, issuer, jurisdiction, digest } = row;
  try {
    const entry = await inTransaction(cx, async (tx) => {
      await requireNeverRevoked(tx, row.tenantId, row.certificate);
      await insertAuthority(tx, row);
      return appendEntry(tx, cx, {
        class: "identity",
        outcome: "done",
        action: "authority.register",
        subjects: [`authority:${id}`],
        details: { kind, issuer, jurisdiction, digest, ...(row.kid === undefined ? {} : { kid: row.kid }) },
      });
    });
    return await answerAuthority(cx, id, entry);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError("authority.exists", {
      detail:
        kind === "key"
          ? "This key, or another key with this key id, is already registered. A key id belongs to one key permanently."
          : "This certificate was already registered for this issuer. An ended registration cannot be renewed.",
      cause: error,
    });
  }
}
