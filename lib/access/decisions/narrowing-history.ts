import { STATEMENT_MS } from "@/lib/access/decisions/decision-statement";
import type { DecisionRow } from "@/lib/access/decisions/store";
import type { AuthorizationRow } from "@/lib/access/legal-authorities/store";
import type { RequestRow } from "@/lib/access/requests/store";
import { latestEnd } from "@/lib/access/rules/validity";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/** A limit before and after a decision. */
export interface Shortened<T> {
  readonly before: T;
  readonly after: T;
}

/** What one approval took away from what was left before it. */
export interface TakenAway {
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly end?: Shortened<Date>;
  readonly views?: Shortened<number>;
  readonly exports?: Shortened<number>;
}

export interface TakenFrom {
  readonly row: Pick<RequestRow, "transactions" | "groups" | "from" | "until" | "maxViews" | "maxExports">;
  readonly authorization: Pick<AuthorizationRow, "validFrom" | "validUntil"> | undefined;
  /** In order. */
  readonly decisions: readonly Pick<DecisionRow, "id" | "decision" | "statement" | "maxExports" | "at">[];
}

/** What is left of the request before one decision. */
interface Left {
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly end: Date | undefined;
  readonly views: number;
  readonly exports: number;
}

/**
 * Returns the end before an approval. Without a named end it is counted from the moment the statement was prepared, up
 * to fifteen minutes before the decision. A difference of that size is not a shortening.
 */
function endBefore(from: TakenFrom, left: Left, at: Date): { readonly end: Date; readonly slackMs: number } {
  if (left.end !== undefined) return { end: left.end, slackMs: 0 };
  const { until } = from.row;
  const { authorization } = from;
  const end = latestEnd({
    at,
    asked: until === undefined ? {} : { until },
    ...(authorization === undefined ? {} : { authorization }),
  });
  return { end, slackMs: until === undefined ? STATEMENT_MS : 0 };
}

interface Approval {
  readonly statement: DecisionStatement;
  /** Absent when the approval leaves as many exports as before. */
  readonly maxExports: number | undefined;
}

function takenBy(from: TakenFrom, left: Left, { statement, maxExports }: Approval, at: Date): TakenAway {
  const { end, slackMs } = endBefore(from, left, at);
  const after = new Date(statement.not_after);
  return {
    transactions: left.transactions.filter((id) => !statement.transactions.includes(id)),
    groups: left.groups.filter((group) => !statement.groups.includes(group)),
    ...(end.getTime() - after.getTime() > slackMs ? { end: { before: end, after } } : {}),
    ...(statement.max_views < left.views
      ? { views: { before: left.views, after: statement.max_views } }
      : {}),
    ...(maxExports !== undefined && maxExports < left.exports
      ? { exports: { before: left.exports, after: maxExports } }
      : {}),
  };
}

function leftAfter(left: Left, taken: TakenAway, statement: DecisionStatement): Left {
  const { transactions, groups, exports } = taken;
  return {
    transactions: left.transactions.filter((id) => !transactions.includes(id)),
    groups: left.groups.filter((group) => !groups.includes(group)),
    end: new Date(statement.not_after),
    views: statement.max_views,
    exports: exports?.after ?? left.exports,
  };
}

const isNothing = ({ transactions, groups, end, views, exports }: TakenAway): boolean =>
  transactions.length === 0 && groups.length === 0 && [end, views, exports].every((one) => one === undefined);

/**
 * Returns what each approval took away, by the decision's id, computed from the signed statements and the numbers
 * stored with them. Approvals that took nothing away are left out. Both what was asked and what was granted stay
 * visible for ever (access.md, Requests).
 */
export function narrowingHistory(from: TakenFrom): ReadonlyMap<string, TakenAway> {
  const { row } = from;
  const taken = new Map<string, TakenAway>();
  let left: Left = {
    transactions: row.transactions,
    groups: row.groups,
    end: undefined,
    views: row.maxViews,
    exports: row.maxExports,
  };
  for (const { id, decision, statement, maxExports, at } of from.decisions) {
    if (decision !== "approve" || statement === undefined) continue;
    const one = takenBy(from, left, { statement, maxExports }, at);
    if (!isNothing(one)) taken.set(id, one);
    left = leftAfter(left, one, statement);
  }
  return taken;
}
