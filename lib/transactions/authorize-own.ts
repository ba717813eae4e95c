import "server-only";
import { decideOpening, POLICY_VERSION } from "@/lib/access/decide";
import type { OpeningFacts } from "@/lib/access/facts";
import type { Context } from "@/lib/context";
import { DomainError } from "@/lib/errors";
import type { GroupName } from "@/lib/escrow/statements";
import { type Attempt, refuse } from "@/lib/transactions/load-known";
import { recordFactsOf } from "@/lib/transactions/record-facts";
import type { AccessBody } from "@/lib/transactions/schema";
import type { TransactionRow } from "@/lib/transactions/store";

/** What was decided: the groups that may be opened now, and by which rules. */
export interface OpeningPermit {
  readonly groups: readonly GroupName[];
  readonly policies: readonly string[];
  readonly policyVersion: string;
}

/** Facts of a party that opens its own record: neither grant nor office hours bear on it. */
function factsOf(cx: Context, row: TransactionRow, input: AccessBody): OpeningFacts {
  const { userId, handle, organisationId, participantId, role, duties, proof } = cx.principal;
  return {
    subject: {
      userId,
      handle,
      organisationId,
      ...(participantId === undefined ? {} : { participantId }),
      role,
      duties,
      // An inactive caller was refused when he authenticated.
      isActive: true,
      proof,
      hasSecondFactor: true,
    },
    office: { zone: "UTC", holidays: [] },
    record: recordFactsOf(row),
    purpose: input.purpose,
    ...(input.fields === undefined ? {} : { groups: input.fields }),
    isEvaluation: cx.instance.evaluation,
    now: cx.clock.now(),
  };
}

/** Decides whether a party may open its own record for this purpose; a refusal is written down, then thrown. */
export async function authorizeOwn(
  cx: Context,
  row: TransactionRow,
  input: AccessBody,
  attempt: Attempt,
): Promise<OpeningPermit> {
  const decision = decideOpening(factsOf(cx, row, input));
  if (!decision.isAllowed) {
    const [{ code, detail }] = decision.reasons;
    throw await refuse(cx, row.id, attempt, new DomainError(code, { detail }));
  }
  const present = recordFactsOf(row).groups;
  return {
    groups: present.filter((group) => decision.groups.includes(group)),
    policies: decision.policies,
    policyVersion: POLICY_VERSION,
  };
}
