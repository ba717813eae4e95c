import { operation } from "@/lib/api-client/operation";
import { NewFigures } from "@/lib/disputes/figures/schema";
import {
  DisputeAnswer,
  DisputeOfTransactionPath,
  DisputePage,
  DisputePath,
  DisputeQuery,
  DisputeStatementAnswer,
  DisputeView,
  NewDispute,
  NewDisputeStatement,
  NewNote,
  NewResolution,
} from "@/lib/disputes/schema";
import { TransactionPath } from "@/lib/transactions/schema";

const DISPUTES = "/confidential/disputes";
const OF_TRANSACTION = "/confidential/transactions/{id}/disputes";
/** The parties of a dispute and the coordinator's staff. Auditors and regulators have no part in a dispute. */
const roles = ["client", "miner", "coordinator"] as const;
const keep = [
  "id",
  "transaction_id",
  "state",
  "party",
  "opened_at",
  "taken_at",
  "resolved_at",
  "permitted_until",
  "transaction_status",
];

export const listDisputes = operation({
  id: "listDisputes",
  method: "GET",
  path: DISPUTES,
  summary: "Disputes visible to the caller, newest first: open, mine, resolved or all.",
  scopes: ["read"],
  roles,
  query: DisputeQuery,
  response: { status: 200, schema: DisputePage },
  rate: "reads",
  action: "dispute.read",
});

export const getDispute = operation({
  id: "getDispute",
  method: "GET",
  path: `${DISPUTES}/{id}`,
  summary: "One dispute with its notes and every view of its masked fields; it has no sealed value.",
  scopes: ["read"],
  roles,
  params: DisputePath,
  response: { status: 200, schema: DisputeView },
  rate: "reads",
  action: "dispute.read",
  about: { dispute: "id" },
});

export const prepareDispute = operation({
  id: "prepareDispute",
  method: "POST",
  path: `${OF_TRANSACTION}/statement`,
  summary:
    "The statement that a party signs to let support see masked fields; a session needs a proof that is at most 15 minutes old.",
  scopes: ["request"],
  roles: ["client", "miner"],
  params: TransactionPath,
  body: NewDisputeStatement,
  response: { status: 201, schema: DisputeStatementAnswer },
  rate: "writes",
  action: "dispute.prepare-statement",
  about: { transaction: "id", fields: "body.fields" },
});

export const openDispute = operation({
  id: "openDispute",
  method: "POST",
  path: OF_TRANSACTION,
  summary:
    "Dispute a transaction as its party; lets one support person see its sealed groups masked for at most 30 days, for which a session needs a proof that is at most 15 minutes old. The reason needs no sealed value.",
  scopes: ["request"],
  roles: ["client", "miner"],
  params: TransactionPath,
  body: NewDispute,
  response: { status: 201, schema: DisputeAnswer },
  rate: "writes",
  action: "dispute.open",
  about: { transaction: "id", fields: "body.fields" },
  idempotent: { keep },
});

export const takeDispute = operation({
  id: "takeDispute",
  method: "POST",
  path: `${DISPUTES}/{id}/take`,
  summary:
    "Take a dispute as support; answers when the masked grant is in force. The previous support person loses access.",
  scopes: ["request"],
  roles: ["coordinator"],
  params: DisputePath,
  response: { status: 200, schema: DisputeAnswer },
  rate: "writes",
  action: "dispute.take",
  about: { dispute: "id" },
});

export const stateFigures = operation({
  id: "stateFigures",
  method: "POST",
  path: `${DISPUTES}/{id}/figures`,
  summary:
    "State what the figures of a disputed transaction are, as its party, once for each field. They are compared with the transaction and not stored; a session needs a proof that is at most 15 minutes old.",
  scopes: ["request"],
  roles: ["client", "miner"],
  params: DisputePath,
  body: NewFigures,
  response: { status: 201, schema: DisputeAnswer },
  rate: "writes",
  action: "dispute.figures",
  about: { dispute: "id" },
  idempotent: { keep },
});

const note = {
  method: "POST",
  summary: "Write to the parties and support of a dispute. Do not write sealed values in a note.",
  scopes: ["request"],
  roles,
  body: NewNote,
  response: { status: 201, schema: DisputeAnswer },
  rate: "writes",
  action: "dispute.note",
  about: { dispute: "id" },
  idempotent: { keep },
} as const;

export const addDisputeNote = operation({
  ...note,
  id: "addDisputeNote",
  path: `${DISPUTES}/{id}/notes`,
  params: DisputePath,
});

export const addDisputeNoteOfTransaction = operation({
  ...note,
  id: "addDisputeNoteOfTransaction",
  path: `${OF_TRANSACTION}/{dispute_id}/notes`,
  params: DisputeOfTransactionPath,
  about: { dispute: "dispute_id" },
});

const resolve = {
  method: "POST",
  summary:
    "Resolve a dispute as support, or withdraw it as the party that opened it. Support's access ends at once.",
  scopes: ["request"],
  roles,
  body: NewResolution,
  response: { status: 200, schema: DisputeAnswer },
  rate: "writes",
  action: "dispute.resolve",
  about: { dispute: "id" },
  idempotent: { keep },
} as const;

export const resolveDispute = operation({
  ...resolve,
  id: "resolveDispute",
  path: `${DISPUTES}/{id}/resolve`,
  params: DisputePath,
});

export const resolveDisputeOfTransaction = operation({
  ...resolve,
  id: "resolveDisputeOfTransaction",
  path: `${OF_TRANSACTION}/{dispute_id}/resolve`,
  params: DisputeOfTransactionPath,
  about: { dispute: "dispute_id" },
});
