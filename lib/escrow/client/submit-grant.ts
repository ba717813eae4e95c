import "server-only";
import type { Context } from "@/lib/context/context";
import { readUnregistered, storeRegistrations } from "@/lib/escrow/client/registrar";
import {
  type DecidedSubmission,
  type DisputeSubmission,
  MAX_REGISTRATIONS,
} from "@/lib/escrow/protocol/messages";
import type { AcceptedGrant } from "@/lib/escrow/protocol/port";
import type {
  EmergencySubmission,
  GrantSubmission,
  ReleaseSubmission,
} from "@/lib/escrow/protocol/submissions";
import type { GroupName } from "@/lib/vocabulary";

function union<T>(lists: readonly (readonly T[])[]): T[] {
  return [...new Set(lists.flat())];
}

export type UnregisteredSubmission =
  | Omit<DecidedSubmission, "registrations">
  | Omit<DisputeSubmission, "registrations">
  | Omit<ReleaseSubmission, "registrations">
  | Omit<EmergencySubmission, "registrations">;

function reach(submission: UnregisteredSubmission): { transactions: string[]; groups: GroupName[] } {
  if ("dispute" in submission) {
    const { transaction, groups } = submission.dispute.statement;
    return { transactions: [transaction], groups };
  }
  if ("emergency" in submission) return submission.emergency.statement;
  if ("releases" in submission) {
    const [first] = submission.releases;
    return first?.statement ?? { transactions: [], groups: [] };
  }
  const statements = submission.decisions.map(({ statement }) => statement);
  return {
    transactions: union(statements.map(({ transactions }) => transactions)),
    groups: union(statements.map(({ groups }) => groups)),
  };
}

/**
 * Submits a grant to the custodian, together with the groups it covers that are not registered yet. Call it outside any
 * database transaction. A repetition with the same statements gets the first answer.
 */
export async function submitGrant(
  cx: Pick<Context, "db" | "instance" | "escrow">,
  submission: UnregisteredSubmission,
): Promise<AcceptedGrant> {
  const { transactions, groups } = reach(submission);
  const waiting = await readUnregistered(cx, transactions, groups);
  const registrations = waiting.slice(0, MAX_REGISTRATIONS);
  const whole: GrantSubmission = { ...submission, registrations };
  const accepted = await cx.escrow.submitGrant(whole);
  await storeRegistrations(cx, accepted.registrations);
  return accepted;
}
