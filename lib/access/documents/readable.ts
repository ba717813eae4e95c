import type { ScanState } from "@/lib/access/requests/schema";
import { DomainError } from "@/lib/errors";

/** Throws `document.infected` for a document in which the scanner found malware. */
export function requireUninfected(document: { readonly scan: ScanState } | undefined): void {
  if (document?.scan === "infected")
    throw new DomainError("document.infected", { detail: "The document is in quarantine. Attach another." });
}

/**
 * Throws unless people may read the document. They may when it is clean or was not scanned at all, but not while it
 * waits or is in quarantine.
 */
export function requireReadable(document: { readonly scan: ScanState }): void {
  requireUninfected(document);
  if (document.scan === "pending")
    throw new DomainError("document.pending", {
      detail: "The document has not been scanned yet. Read it after the scan.",
      retryAfterSeconds: 30,
    });
}
