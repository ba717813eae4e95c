import type { RequestState } from "@/lib/access/requests/schema";

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
  | "object"
  | "release";

type Row = readonly [from: RequestState, to: RequestState, event: RequestEventKind];

/**
 * The rows of `request_transition`; the database refuses any other, event included, and a test compares the two. From a
 * state outside the stages the review goes on in the stage it left, which the database keeps in `stage_before`.
 */
export const TRANSITIONS: readonly Row[] = [
  ["draft", "submitted", "submit"],
  ["submitted", "document_check", "check"],
  ["document_check", "stage_1", "checked"],
  ["document_check", "draft", "refuse_document"],
  ["document_check", "overdue", "overdue"],
  ["stage_1", "stage_2", "approve"],
  ["stage_1", "denied", "deny"],
  ["stage_1", "needs_information", "ask"],
  ["stage_2", "approved", "approve"],
  ["stage_2", "denied", "deny"],
  ["stage_2", "needs_information", "ask"],
  ["needs_information", "stage_1", "answer"],
  ["needs_information", "stage_2", "answer"],
  ["approved", "active", "activate"],
  ["approved", "revoked", "revoke"],
  ["approved", "denied", "deny"],
  ["approved", "expired", "expire"],
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
  ["overdue", "withdrawn", "withdraw"],
  ["extended", "withdrawn", "withdraw"],
  ["objected", "withdrawn", "withdraw"],
  ["stage_1", "overdue", "overdue"],
  ["stage_2", "overdue", "overdue"],
  ["extended", "overdue", "overdue"],
  ["objected", "overdue", "overdue"],
  ["overdue", "stage_1", "resume"],
  ["overdue", "stage_2", "resume"],
  ["overdue", "approved", "release"],
  ["overdue", "stage_1", "checked"],
  ["overdue", "draft", "refuse_document"],
  ["stage_1", "expired_unreviewed", "lapse"],
  ["stage_2", "expired_unreviewed", "lapse"],
  ["stage_1", "extended", "extend"],
  ["stage_2", "extended", "extend"],
  ["extended", "stage_1", "resume"],
  ["extended", "stage_2", "resume"],
  ["active", "partial", "answer_partly"],
  ["partial", "active", "resume"],
  ["partial", "expired", "expire"],
  ["partial", "revoked", "revoke"],
  ["partial", "exhausted", "exhaust"],
  ["stage_1", "objected", "object"],
  ["stage_2", "objected", "object"],
  ["extended", "objected", "object"],
  ["objected", "stage_1", "resume"],
  ["objected", "stage_2", "resume"],
];

export function isTransition(from: RequestState, to: RequestState, event: RequestEventKind): boolean {
  return TRANSITIONS.some((row) => row[0] === from && row[1] === to && row[2] === event);
}
