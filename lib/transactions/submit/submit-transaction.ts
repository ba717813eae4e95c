import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { GROUP_ORDER } from "@/lib/transactions/groups";
import { viewOf } from "@/lib/transactions/read/view";
import type { NewTransaction, TransactionAnswer } from "@/lib/transactions/schema";
import { prepareDrafts } from "@/lib/transactions/submit/prepare-drafts";
import { type Stored, sealAndStore } from "@/lib/transactions/submit/store-sealed";

/** Returns the participant the caller submits for. Staff have none and cannot submit. */
export function requireSubmitter(cx: Context): string {
  const { participantId, role } = cx.principal;
  if (participantId === undefined || (role !== "client" && role !== "miner")) {
    throw new DomainError("auth.role", { detail: "Only clients and miners can submit transactions." });
  }
  return participantId;
}

/** Returns the view of the stored transaction, with the receipt of its entry. */
export async function answerOf(cx: Context, { sealed, entry }: Stored): Promise<TransactionAnswer> {
  const { draft } = sealed;
  const view = viewOf({
    id: draft.id,
    jobId: draft.input.job_id,
    submitter: requireSubmitter(cx),
    status: "created",
    confidential: draft.confidential,
    participants: draft.participants,
    plain: sealed.plain,
    occurredAt: draft.input.occurred_at,
    createdAt: draft.createdAt,
    sealedGroups: GROUP_ORDER.filter((group) => sealed.groups.some((one) => one.group === group)),
  });
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

/**
 * Submits a transaction for a participant. Its confidential groups are sealed for all participants and for escrow, and
 * stored together with the entry that binds them. The answer contains no sealed value.
 */
export async function submitTransaction(cx: Context, input: NewTransaction): Promise<TransactionAnswer> {
  const submitter = requireSubmitter(cx);
  const { drafts, keys } = await prepareDrafts(cx, submitter, [input]);
  const [draft] = drafts;
  if (draft === undefined || draft instanceof DomainError) throw draft ?? new DomainError("request.invalid");
  const [stored] = await sealAndStore(cx, [draft], keys);
  if (stored === undefined) throw new DomainError("service.unavailable");
  return answerOf(cx, stored);
}
