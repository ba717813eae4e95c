import "server-only";
import { stepUpReasons } from "@/lib/access/rules/floor";
import { loadReader } from "@/lib/access/rules/reader";
import { refusalOf } from "@/lib/access/rules/refusal";
import type { Context } from "@/lib/context/context";
import { concerning, DomainError, invalidField } from "@/lib/errors";
import { loadKnown } from "@/lib/transactions/read/load-known";
import { isParty } from "@/lib/transactions/read/who-may-know";
import type { TransactionRow } from "@/lib/transactions/rows";
import { hasLiveDispute } from "@/lib/transactions/store";
import type { GroupName } from "@/lib/vocabulary";

/** What a party may dispute now. */
export interface Disputable {
  readonly row: TransactionRow;
  /** Groups that support would see masked; empty if nothing is sealed. */
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
 * Checks the same proof as opening one's own fields: every factor of the person, at most 15 minutes old. The portal
 * must not sign access to masked fields for a session that was left open.
 */
async function requireFreshProof(cx: Context): Promise<void> {
  const { subject } = await loadReader(cx);
  const [first, ...others] = stepUpReasons(subject, true, cx.clock.now());
  if (first !== undefined) throw refusalOf([first, ...others]);
}

/**
 * Returns the transaction, for a party of it, if it has no dispute yet. A party that would give support access needs a
 * fresh proof.
 */
export function loadDisputable(
  cx: Context,
  id: string,
  named: readonly GroupName[] | undefined,
): Promise<Disputable> {
  return concerning({ action: "dispute.open", purpose: "dispute" }, async () => {
    const { row, also: isDisputed } = await loadKnown(cx, id, (tx) => hasLiveDispute(tx, id));
    if (!isParty(cx.principal, row.participants)) {
      const detail = "Only a party of the transaction opens a dispute.";
      throw new DomainError("access.forbidden", { detail });
    }
    if (isDisputed) throw new DomainError("dispute.exists");
    const groups = groupsOf(row, named);
    if (groups.length > 0) await requireFreshProof(cx);
    return { row, groups };
  });
}
