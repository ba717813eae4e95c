import { operation } from "@/lib/api-client/operation";
import { EvidencePage, EvidenceQuery, NewEvidence, NewEvidencePack } from "@/lib/evidence/schema";
import { Receipt, ReceiptQuery } from "@/lib/schema";

const roles = ["client", "miner", "coordinator", "auditor", "regulator"] as const;

export const makeEvidence = operation({
  id: "makeEvidence",
  method: "POST",
  path: "/confidential/evidence",
  summary:
    "Open transactions and save their values as evidence: a PDF/A-3 file with the signed data, or the data as JSON.",
  scopes: ["disclose", "open"],
  roles,
  body: NewEvidence,
  response: { status: 200, mediaType: "application/octet-stream" },
  rate: "audit",
  weight: 5,
  action: "evidence.make",
  about: { grant: "body.grant_id", purpose: "body.purpose", fields: "body.fields" },
  stream: true,
});

export const makeEvidencePack = operation({
  id: "makeEvidencePack",
  method: "POST",
  path: "/confidential/evidence/packs",
  summary:
    "One zip of the caller's grant: new evidence of its transactions as PDF, the signed bundle of its part of the log, and the digests of earlier evidence.",
  // A person's own: it has what opening and exporting give together, with the proof that exports need.
  scopes: "any",
  sessionOnly: true,
  stepUp: true,
  roles: ["auditor", "regulator", "coordinator"],
  body: NewEvidencePack,
  response: { status: 200, mediaType: "application/zip" },
  rate: "export",
  action: "evidence.make",
  about: { grant: "body.grant_id", purpose: "body.purpose", fields: "body.fields" },
  stream: true,
});

export const listEvidence = operation({
  id: "listEvidence",
  method: "GET",
  path: "/confidential/evidence",
  summary: "Evidence that was made, newest first: the caller's own, or all for compliance. Never its values.",
  scopes: ["read"],
  roles,
  query: EvidenceQuery,
  response: { status: 200, schema: EvidencePage },
  rate: "reads",
  action: "evidence.read",
});

export const getAuditReceipt = operation({
  id: "getAuditReceipt",
  method: "GET",
  path: "/confidential/audit/receipts",
  summary: "The signed receipt of one of the caller's acts, with the same bytes as the first time.",
  scopes: ["read"],
  roles: "any",
  query: ReceiptQuery,
  response: { status: 200, schema: Receipt },
  rate: "reads",
  action: "audit.receipt",
});
