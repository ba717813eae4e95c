import type { RequestState } from "@/lib/access/schema";

/** What happens to a request. */
export type RequestEventKind =
  | "submit"
  | "check"
  | "checked"
  | "refuse_document"
  | "approve"
  | "deny"
  | "ask"
  | "answer"
  | "activate"
  | "expire"
  | "revoke"
  | "exhaust"
  | "close"
  | "withdraw"
  | "overdue"
  | "resume"
  | "lapse"
  | "extend"
  | "answer_partly"
  | "object";

type Row = readonly [from: RequestState, to: RequestState, event: RequestEventKind];

/** The rows of `request_transition`; the database refuses any other, and a test compares the two. */
export const TRANSITIONS: readonly Row[] = [
  ["draft", "submitted", "submit"],
  ["submitted", "document_check", "check"],
  ["document_check", "stage_1", "checked"],
  ["document_check", "draft", "refuse_document"],
  ["stage_1", "stage_2", "approve"],
  ["stage_1", "denied", "deny"],
  ["stage_1", "needs_information", "ask"],
  ["stage_2", "approved", "approve"],
  ["stage_2", "denied", "deny"],
  ["stage_2", "needs_information", "ask"],
  ["needs_information", "stage_1", "answer"],
  ["approved", "active", "activate"],
  ["approved", "revoked", "revoke"],
  ["approved", "denied", "deny"],
  ["active", "expired", "expire"],
  ["active", "revoked", "revoke"],
  ["active", "exhausted", "exhaust"],
  ["expired", "closed", "close"],
  ["revoked", "closed", "close"],
  ["exhausted", "closed", "close"],
  ["denied", "closed", "close"],
  ["draft", "withdrawn", "withdraw"],
  ["submitted", "withdrawn", "withdraw"],
  ["document_check", "withdrawn", "withdraw"],
  ["stage_1", "withdrawn", "withdraw"],
  ["stage_2", "withdrawn", "withdraw"],
  ["needs_information", "withdrawn", "withdraw"],
  ["stage_1", "overdue", "overdue"],
  ["stage_2", "overdue", "overdue"],
  ["overdue", "stage_1", "resume"],
  ["overdue", "stage_2", "resume"],
  ["stage_1", "expired_unreviewed", "lapse"],
  ["stage_2", "expired_unreviewed", "lapse"],
  ["stage_1", "extended", "extend"],
  ["extended", "stage_1", "resume"],
  ["active", "partial", "answer_partly"],
  ["partial", "active", "resume"],
  ["stage_1", "objected", "object"],
  ["stage_2", "objected", "object"],
  ["objected", "stage_1", "resume"],
];

export function isTransition(from: RequestState, to: RequestState, event: RequestEventKind): boolean {
  return TRANSITIONS.some((row) => row[0] === from && row[1] === to && row[2] === event);
}
