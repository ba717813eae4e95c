import type { ScanState } from "@/lib/access/requests/schema";
import { DomainError } from "@/lib/errors";

/** Refuses to go on with a document in which the scanner found something: `document.infected`. */
export function requireUninfected(document: { readonly scan: ScanState } | undefined): void {
  if (document?.scan === "infected")
    throw new DomainError("document.infected", { detail: "The document is in quarantine. Attach another." });
}

/** A document is read by people when it is not scanned at all, or clean: never while it waits, nor from quarantine. */
export function requireReadable(document: { readonly scan: ScanState }): void {
  requireUninfected(document);
  if (document.scan === "pending")
    throw new DomainError("document.pending", {
      detail: "The document has not been scanned yet. Read it after the scan.",
      retryAfterSeconds: 30,
    });
}
