import "server-only";
import { openDocument } from "@/lib/access/documents/seal-document";
import { judgeDocument, requireNotRefuted } from "@/lib/access/legal-authorities/document-signature";
import { openEvidence } from "@/lib/access/legal-authorities/evidence-store";
import { findDocumentBytes } from "@/lib/access/legal-authorities/held-document-store";
import { keepEvidence } from "@/lib/access/legal-authorities/keep-evidence";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import { insertSignatureReport, type SignatureRow } from "@/lib/access/legal-authorities/verification-store";
import type { DocumentCheck } from "@/lib/authorities/cms";
import type { SignatureReport } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running } from "@/lib/db/statement";

/** Judges the signature over an attached document as of now; returns undefined when it has none. */
export async function judgeAttached(
  tx: Running,
  cx: Context,
  row: AuthorizationRow,
  { isHeld }: { readonly isHeld: boolean },
): Promise<DocumentCheck | undefined> {
  const sealed = await findDocumentBytes(tx, row.id);
  if (sealed === undefined || row.reach !== undefined) return undefined;
  const { issuer, jurisdiction } = row;
  return judgeDocument(tx, cx, {
    document: openDocument(cx.keystore, sealed.id, sealed),
    mediaType: sealed.mediaType,
    facts: { issuer, jurisdiction },
    evidence: await openEvidence(tx, cx, row.id),
    isHeld,
  });
}

const hasPassed = ({ verifications }: AuthorizationRow): boolean =>
  verifications.signature.some(({ report }) => report.indication === "TOTAL-PASSED");

/**
 * Throws `authorization.signature` when a document's signature was refuted since, because a new list revokes its
 * signer.
 */
export async function requireStillGood(tx: Running, cx: Context, row: AuthorizationRow): Promise<void> {
  if (row.verifications.signature.length === 0) return;
  const check = await judgeAttached(tx, cx, row, { isHeld: false });
  if (check !== undefined) requireNotRefuted(check.report, hasPassed(row));
}

/** Records a check of a signature over a document, and keeps the lists that it rests on. */
export async function noteRecheck(
  tx: Running,
  cx: Context,
  of: { readonly authorizationId: string; readonly requestId: string },
  occasion: SignatureRow["occasion"],
  { report, used }: DocumentCheck,
): Promise<void> {
  const at = cx.clock.now();
  const { tenantId } = cx.instance;
  await insertSignatureReport(tx, { id: uuidv7(at.getTime()), tenantId, ...of, at, occasion, report });
  await keepEvidence(tx, cx, of, { cms: undefined, lists: used });
}

/**
 * Judges the signature over an attached document again, and records the result; does nothing when it has none. Throws
 * `authorization.signature` when it was refuted since.
 */
export async function recheckSignature(
  tx: Running,
  cx: Context,
  row: AuthorizationRow,
  occasion: "submit" | "decide",
): Promise<SignatureReport | undefined> {
  const check = await judgeAttached(tx, cx, row, { isHeld: true });
  if (check === undefined) return undefined;
  requireNotRefuted(check.report, hasPassed(row));
  await noteRecheck(tx, cx, { authorizationId: row.id, requestId: row.requestId }, occasion, check);
  return check.report;
}
