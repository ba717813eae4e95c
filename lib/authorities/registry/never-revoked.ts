import "server-only";
import { listRevokedCertificates } from "@/lib/authorities/registry/store";
import { keyIdentity } from "@/lib/crypto/pki/algorithms";
import { readCertificate } from "@/lib/crypto/pki/certificate";
import type { Tx } from "@/lib/db/transaction";
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
    detail: "A certificate over this key was revoked: what has ended does not come back.",
  });
}
