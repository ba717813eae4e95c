import "server-only";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import { isSameHuman } from "@/lib/identity/people/one-human-store";
import { approvalsOf, listApprovals } from "@/lib/policies/approval-store";
import { isGainer, type SetRow } from "@/lib/policies/store";
import { decidingDuties, mayWrite, neededApprovals } from "@/lib/policies/who-may";

type Who = Pick<Principal, "userId" | "role" | "duties">;

const DUTY_OF = { approval: "approve", legal: "legal" } as const;

/**
 * Whether a submitted set waits for this person: one of their duties is still needed, and they are neither its author nor
 * gain by it.
 */
export async function waitsFor(tx: Tx, principal: Who, set: SetRow): Promise<boolean> {
  if (set.state !== "submitted" || !mayWrite(principal)) return false;
  const approvals = approvalsOf(await listApprovals(tx, set.id), set.round);
  const own = decidingDuties(principal);
  const needed = neededApprovals(set.gains ?? true, approvals).map((need) => DUTY_OF[need]);
  if (!needed.some((duty) => own.includes(duty))) return false;
  for (const id of [set.author, ...approvals.map((one) => one.user_id)])
    if (id !== null && (await isSameHuman(tx, principal.userId, id))) return false;
  return set.run_id === null || !(await isGainer(tx, set.run_id, principal.userId));
}
