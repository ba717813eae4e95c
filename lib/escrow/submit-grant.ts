import "server-only";
import type { Context } from "@/lib/context";
import type { AcceptedGrant } from "@/lib/escrow/client";
import { type GrantSubmission, MAX_REGISTRATIONS, type SignedDecision } from "@/lib/escrow/protocol";
import { readUnregistered, storeRegistrations } from "@/lib/escrow/register-groups";
import type { GroupName } from "@/lib/escrow/statements";

function union<T>(lists: readonly (readonly T[])[]): T[] {
  return [...new Set(lists.flat())];
}

function reach(decisions: readonly SignedDecision[]): { transactions: string[]; groups: GroupName[] } {
  return {
    transactions: union(decisions.map(({ statement }) => statement.transactions)),
    groups: union(decisions.map(({ statement }) => statement.groups)),
  };
}

/**
 * Hands a grant to the custodian, together with the groups it reaches that are not registered yet. Call it
 * outside any database transaction; repeating it with the same decisions is answered as the first time.
 */
export async function submitGrant(
  cx: Pick<Context, "db" | "instance" | "escrow">,
  submission: Omit<GrantSubmission, "registrations">,
): Promise<AcceptedGrant> {
  const { transactions, groups } = reach(submission.decisions);
  const waiting = await readUnregistered(cx, transactions, groups);
  const registrations = waiting.slice(0, MAX_REGISTRATIONS);
  const accepted = await cx.escrow.submitGrant({ ...submission, registrations });
  await storeRegistrations(cx, registrations, accepted.registrations);
  return accepted;
}
