import { operation } from "@/lib/api-client/operation";
import {
  AccessByIdBody,
  AccessOfPathBody,
  AuditBody,
  AuditByIdBody,
  CopyAnswer,
  CopyBody,
  Disclosure,
  TransactionPath,
} from "@/lib/transactions/schema";

const opening = {
  method: "POST",
  scopes: ["open"],
  roles: ["client", "miner", "coordinator"],
  response: { status: 200, schema: Disclosure },
  rate: "open",
  action: "disclosure.open",
  about: { transaction: "id", purpose: "body.purpose", fields: "body.fields" },
  idempotent: { keep: ["success", "access_id"] },
  old: { nullable: ["justification"] },
} as const;

const ABOUT_BY_ID = {
  transaction: "body.transaction_id",
  purpose: "body.purpose",
  fields: "body.fields",
} as const;

const release = {
  ...opening,
  scopes: ["disclose"],
  roles: ["auditor", "regulator"],
  rate: "audit",
} as const;

export const openTransaction = operation({
  ...opening,
  id: "openTransaction",
  path: "/confidential/transactions/{id}/access",
  summary: "Open the sealed groups of one's own transaction, or under a grant for coordinators and support.",
  params: TransactionPath,
  body: AccessOfPathBody,
});

export const openTransactionById = operation({
  ...opening,
  id: "openTransactionById",
  path: "/confidential/access",
  summary: "The same as POST /confidential/transactions/{id}/access, with transaction_id in the body.",
  body: AccessByIdBody,
  about: ABOUT_BY_ID,
});

export const auditTransaction = operation({
  ...release,
  id: "auditTransaction",
  path: "/confidential/transactions/{id}/audit",
  summary: "Open granted groups through the escrow custodian, for auditors and regulators.",
  params: TransactionPath,
  body: AuditBody,
  old: {
    ...opening.old,
    inQuery: { names: ["authorization", "purpose"], otherwise: { purpose: "compliance" } },
  },
});

export const auditTransactionById = operation({
  ...release,
  id: "auditTransactionById",
  path: "/confidential/audit",
  summary: "The same as POST /confidential/transactions/{id}/audit, with transaction_id in the body.",
  body: AuditByIdBody,
  about: ABOUT_BY_ID,
});

export const recordCopy = operation({
  id: "recordCopy",
  method: "POST",
  path: "/confidential/transactions/{id}/copies",
  summary: "Record that opened fields are about to be copied. The value itself is not sent.",
  scopes: ["open", "disclose"],
  roles: ["client", "miner", "coordinator", "auditor", "regulator"],
  params: TransactionPath,
  body: CopyBody,
  response: { status: 201, schema: CopyAnswer },
  rate: "open",
  action: "disclosure.copy",
  about: { transaction: "id", fields: "body.fields" },
  idempotent: { allBut: [] },
});
