import type { GroupName } from "@/lib/vocabulary";

/** What was asked and not given: a product of transactions and fields, like every request. */
export interface Remainder {
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
}

/**
 * Returns what the deciders took away. Where they took transactions and fields, the rest is not a product of the two.
 * Then it is the whole again, and its deciders narrow it.
 */
export function remainderOf(asked: Remainder, given: Remainder): Remainder | undefined {
  const transactions = asked.transactions.filter((id) => !given.transactions.includes(id));
  const groups = asked.groups.filter((group) => !given.groups.includes(group));
  if (transactions.length === 0 && groups.length === 0) return undefined;
  return {
    transactions: transactions.length === 0 || groups.length > 0 ? asked.transactions : transactions,
    groups: groups.length === 0 || transactions.length > 0 ? asked.groups : groups,
  };
}
