import "server-only";
import { stepUpReasons } from "@/lib/access/rules/floor";
import { loadReader } from "@/lib/access/rules/reader";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context";
import { DomainError } from "@/lib/errors";
import type { GroupName } from "@/lib/escrow/protocol/statements";
import { invalidField } from "@/lib/invalid-field";
import { type Attempt, loadKnown, refuse } from "@/lib/transactions/read/load-known";
import { isParty } from "@/lib/transactions/read/who-may-know";
import { hasLiveDispute, type TransactionRow } from "@/lib/transactions/store";

/** What a party may dispute now. */
export interface Disputable {
  readonly row: TransactionRow;
  /** Groups that support would see masked; none where nothing is sealed. */
  readonly groups: readonly GroupName[];
}

function groupsOf(row: TransactionRow, named: readonly GroupName[] | undefined): readonly GroupName[] {
  if (named === undefined) return row.sealedGroups;
  const groups = row.sealedGroups.filter((group) => named.includes(group));
  if (groups.length === 0)
    throw invalidField("/fields", "none of these fields is sealed in this transaction");
  return groups;
}

/**
 * Letting support see masked fields takes the proof that opening one's own fields takes: by every factor the person
 * has, 15 minutes old at most. A session left open must not make the portal sign it.
 */
async function requireFreshProof(cx: Context, id: string, attempt: Attempt): Promise<void> {
  const { subject } = await loadReader(cx);
  const [first, ...others] = stepUpReasons(subject, true, cx.clock.now());
  if (first !== undefined) throw await refuse(cx, id, attempt, refusalOf([first, ...others]));
}

/**
 * The transaction, for a party of it that nobody disputes yet, and who proved afresh who it is where that would let
 * support see something.
 */
export async function loadDisputable(
  cx: Context,
  id: string,
  named: readonly GroupName[] | undefined,
): Promise<Disputable> {
  const attempt: Attempt = { action: "dispute.open", purpose: "dispute", fields: named ?? [] };
  const { row, also: isDisputed } = await loadKnown(cx, id, attempt, (tx) => hasLiveDispute(tx, id));
  if (!isParty(cx.principal, row.participants)) {
    const detail = "Only a party of the transaction opens a dispute.";
    throw await refuse(cx, id, attempt, new DomainError("access.forbidden", { detail }));
  }
  if (isDisputed) throw new DomainError("dispute.exists");
  const groups = groupsOf(row, named);
  if (groups.length > 0) await requireFreshProof(cx, id, attempt);
  return { row, groups };
}
