import { operation } from "@/lib/api-client/operation";
import {
  BatchAnswer,
  EnvelopeList,
  NewBatch,
  NewTransaction,
  RetentionAnswer,
  RetentionBody,
  StatusBody,
  TransactionAnswer,
  TransactionPage,
  TransactionPath,
  TransactionQuery,
  TransactionView,
} from "@/lib/transactions/schema";

export const createTransaction = operation({
  id: "createTransaction",
  method: "POST",
  path: "/confidential/transactions",
  summary:
    "Submit a transaction. Its confidential field groups are sealed for the participants and for escrow.",
  scopes: ["submit"],
  roles: ["client", "miner"],
  body: NewTransaction,
  old: { nullable: ["amount", "pricing", "settlement_details"], emptyObject: ["access_policies"] },
  response: {
    status: 201,
    schema: TransactionAnswer,
    location: "/confidential/transactions/{transaction_id}",
  },
  rate: "writes",
  action: "transaction.create",
  idempotent: {
    keep: [
      "id",
      "created_at",
      "transaction_id",
      "job_id",
      "timestamp",
      "status",
      "confidential",
      "has_encrypted_data",
      "participants",
      "submitter",
      "sealed_groups",
      "occurred_at",
    ],
  },
});

export const createTransactionBatch = operation({
  id: "createTransactionBatch",
  method: "POST",
  path: "/confidential/transactions/batch",
  summary: "Submit up to 1,000 transactions. An atomic batch stores all of them or none.",
  scopes: ["submit"],
  roles: ["client", "miner"],
  body: NewBatch,
  bodySize: "batch",
  response: { status: 200, schema: BatchAnswer },
  rate: "batch",
  action: "transaction.create",
  idempotent: { keep: [] },
});

export const listTransactions = operation({
  id: "listTransactions",
  method: "GET",
  path: "/confidential/transactions",
  summary: "Metadata of the transactions visible to the caller, newest first.",
  scopes: ["read"],
  roles: "any",
  query: TransactionQuery,
  response: { status: 200, schema: TransactionPage },
  rate: "reads",
  action: "transaction.read",
});

export const getTransaction = operation({
  id: "getTransaction",
  method: "GET",
  path: "/confidential/transactions/{id}",
  summary: "One transaction, without decrypting anything.",
  scopes: ["read"],
  roles: "any",
  params: TransactionPath,
  response: { status: 200, schema: TransactionView },
  rate: "reads",
  action: "transaction.read",
  about: { transaction: "id" },
});

export const getTransactionEnvelopes = operation({
  id: "getTransactionEnvelopes",
  method: "GET",
  path: "/confidential/transactions/{id}/envelopes",
  summary: "The sealed envelopes, for their recipients, with the log entries that bind them.",
  scopes: ["read"],
  roles: "any",
  params: TransactionPath,
  response: { status: 200, schema: EnvelopeList },
  rate: "reads",
  action: "transaction.envelopes",
  about: { transaction: "id" },
});

export const setTransactionStatus = operation({
  id: "setTransactionStatus",
  method: "POST",
  path: "/confidential/transactions/{id}/status",
  summary: "Change a transaction's status.",
  scopes: ["submit"],
  roles: ["client", "miner", "coordinator"],
  params: TransactionPath,
  body: StatusBody,
  response: { status: 200, schema: TransactionAnswer },
  rate: "writes",
  action: "transaction.status",
  about: { transaction: "id" },
});

export const setTransactionRetention = operation({
  id: "setTransactionRetention",
  method: "POST",
  path: "/confidential/transactions/{id}/retention",
  summary: "Give a transaction a longer retention class, or the standard one again. No field is opened.",
  scopes: ["admin", "decide"],
  roles: ["coordinator"],
  duties: ["legal", "compliance"],
  params: TransactionPath,
  body: RetentionBody,
  response: { status: 200, schema: RetentionAnswer },
  rate: "writes",
  action: "transaction.hold",
  about: { transaction: "id" },
});
