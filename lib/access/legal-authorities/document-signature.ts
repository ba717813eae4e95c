import "server-only";
import type { Evidence } from "@/lib/access/legal-authorities/evidence-store";
import {
  asRefusal,
  checkDocumentSignature,
  type DocumentCheck,
  type DocumentSignature,
  type Trust,
} from "@/lib/authorities/cms";
import { findPdfSignature } from "@/lib/authorities/pades";
import { findNewestLists } from "@/lib/authorities/registry/list-store";
import { listAnchors } from "@/lib/authorities/registry/store";
import { failed } from "@/lib/authorities/report";
import type { SignatureReport } from "@/lib/authorities/schema";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { DomainError, type FieldError } from "@/lib/errors";

/** Throws 422 with the fault by its name and in the words of EN 319 102-1. */
export function refuseSignature(report: SignatureReport, errors: readonly FieldError[] = []): never {
  const { fault, indication, sub_indication: sub, detail } = report;
  throw new DomainError("authorization.signature", {
    detail,
    errors,
    extra: { reason: `signature.${fault ?? "form"}`, fault, indication, sub_indication: sub },
  });
}

/** An order on paper or as a file, with what may sign it. */
export interface JudgedOrder {
  readonly document: Uint8Array;
  readonly mediaType: string;
  readonly facts: { readonly issuer: string; readonly jurisdiction: string };
  readonly evidence: Evidence;
  /** Whether the anchors stay unchanged until the transaction ends. */
  readonly isHeld: boolean;
}

async function trustOf(tx: Running, cx: Context, order: JudgedOrder): Promise<Trust> {
  const at = cx.clock.now();
  const anchors = await listAnchors(tx, cx.instance.tenantId, { at, isHeld: order.isHeld });
  const { lists, certificates } = await findNewestLists(
    tx,
    anchors.map(({ id }) => id),
  );
  return { at, anchors, certificates, lists: [...lists, ...order.evidence.lists], facts: order.facts };
}

function signatureOf({ evidence, document, mediaType }: JudgedOrder): DocumentSignature | undefined {
  const { cms } = evidence;
  if (cms !== undefined) return { method: "cms", cms, pieces: [document], mayBeUnnamed: false };
  return mediaType === "application/pdf" ? findPdfSignature(document) : undefined;
}

/**
 * Judges what signs a document as of now: the CMS that came with it, or else the last signature inside a PDF. Returns
 * undefined when there is neither. Never throws for the content of the bytes.
 */
export async function judgeDocument(
  tx: Running,
  cx: Context,
  order: JudgedOrder,
): Promise<DocumentCheck | undefined> {
  let signature: DocumentSignature | undefined;
  try {
    signature = signatureOf(order);
  } catch (error) {
    return { report: failed("pades", cx.clock.now(), asRefusal(error)), used: [] };
  }
  if (signature === undefined) return undefined;
  return checkDocumentSignature(signature, await trustOf(tx, cx, order));
}

/** Whether a check found that a certificate was revoked. */
export function isRevocation({ fault }: Pick<SignatureReport, "fault">): boolean {
  return fault === "certificate-revoked" || fault === "issuer-revoked";
}

/**
 * Throws `authorization.signature` for a CMS, handed in as the order's own proof, that fails or whose signer was
 * revoked, and for any signature that has passed before and no longer does. An indeterminate CMS continues as paper, and
 * so does a signature inside a PDF that never passed.
 */
export function requireNotRefuted(report: SignatureReport, hasPassed: boolean): void {
  const isProof = report.method === "cms" || hasPassed;
  if (isProof && (report.indication === "TOTAL-FAILED" || isRevocation(report))) refuseSignature(report);
}
