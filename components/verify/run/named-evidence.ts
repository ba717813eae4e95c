import { useEffect, useState } from "react";
import { EVIDENCE_CODE, EVIDENCE_REFERENCE } from "@/lib/audit/bundle-verifier/evidence/evidence-format";

/** The evidence that a link or a scanned code names. What follows # never reaches the server. */
export interface NamedEvidence {
  readonly reference: string;
  readonly code: string;
}

/** Reads `#EV-2026-0012.K7M2-P4QX`; undefined for anything else. */
export function namedEvidenceOf(hash: string): NamedEvidence | undefined {
  const [reference = "", code = "", ...rest] = hash.replace(/^#/, "").split(".");
  const isNamed = EVIDENCE_REFERENCE.test(reference) && EVIDENCE_CODE.test(code) && rest.length === 0;
  return isNamed ? { reference, code } : undefined;
}

/** Returns the evidence that this page's address names. */
export function useNamedEvidence(): NamedEvidence | undefined {
  const [named, setNamed] = useState<NamedEvidence>();
  useEffect(() => {
    const read = () => setNamed(namedEvidenceOf(window.location.hash));
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return named;
}
