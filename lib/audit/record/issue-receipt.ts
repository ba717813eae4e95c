import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { toBase64url } from "@/lib/crypto/bytes";
import { receiptText } from "@/lib/crypto/receipt";
import { signNoteLine } from "../entry/note-line";

/** The receipt of audit.md: a signed promise that the log includes this leaf by `integrate_by`. */
export interface Receipt {
  readonly log: string;
  /** Canonical bytes of the entry, base64url. */
  readonly entry: string;
  readonly entry_id: string;
  readonly leaf_hash: string;
  readonly integrate_by: string;
  /** A whole C2SP signature line, without its newline. */
  readonly signature: string;
}

/** Signs the receipt of an entry. Call it only after the entry's transaction has committed. */
export async function issueReceipt(
  cx: Pick<AuditContext, "instance" | "audit">,
  appended: AppendedEntry,
): Promise<Receipt> {
  const { log } = cx.instance;
  const { id: entryId, leafHash, integrateBy } = appended;
  const signer = { ...cx.audit.receiptSigner, sign: cx.audit.sign };
  return {
    log,
    entry: toBase64url(appended.bytes),
    entry_id: entryId,
    leaf_hash: toBase64url(leafHash),
    integrate_by: integrateBy,
    signature: await signNoteLine(signer, receiptText({ log, entryId, leafHash, integrateBy })),
  };
}
