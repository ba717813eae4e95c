// How evidence is named, and what is checked of it. Pages know both without the code that checks, which the worker has.

export const EVIDENCE_REFERENCE = /^EV-\d{4}-\d{4,}$/;
export const EVIDENCE_CODE = /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/;

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

/** What is checked, in this order, the most telling first. The first that differs is the answer. */
export const EVIDENCE_STEPS = ["values", "entries", "signature", "file", "checkpoint"] as const;
export type EvidenceStep = (typeof EVIDENCE_STEPS)[number];

/** Where the evidence differs from what was signed or recorded. */
export interface EvidenceFault {
  readonly step: EvidenceStep;
  readonly detail: string;
}
