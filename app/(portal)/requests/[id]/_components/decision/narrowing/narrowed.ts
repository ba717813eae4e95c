import type { RequestView, TakenAwayView } from "@/lib/access/requests/answer-schema";
import type { GroupName } from "@/lib/vocabulary";

/** What one decider took away, under that decider's name. */
export interface Narrowed {
  readonly by: string;
  readonly what: TakenAwayView;
}

type Decided = Pick<RequestView, "decisions">;

/** Everything that deciders have taken away so far, in order. */
export function narrowedOf({ decisions }: Decided): Narrowed[] {
  return decisions.flatMap(({ approver, taken_away: what }) =>
    what === undefined ? [] : [{ by: approver.name, what }],
  );
}

/** The people who have narrowed the request, each once. */
export function narrowersOf(request: Decided): string[] {
  return [...new Set(narrowedOf(request).map(({ by }) => by))];
}

/** What is left of what was asked. */
export interface Left {
  readonly transactions: number;
  readonly fields: readonly GroupName[];
  /** Only if a reviewer has shortened it. */
  readonly until: string | undefined;
  readonly maxViews: number;
  readonly maxExports: number;
}

export function leftOf(request: RequestView): Left {
  const taken = narrowedOf(request).map(({ what }) => what);
  const gone = new Set(taken.flatMap(({ transactions }) => transactions));
  const without = new Set(taken.flatMap(({ fields }) => fields));
  return {
    transactions: request.transactions.filter((id) => !gone.has(id)).length,
    fields: request.fields.filter((group) => !without.has(group)),
    until: taken.findLast(({ until }) => until !== undefined)?.until?.after,
    maxViews:
      taken.findLast(({ max_views: views }) => views !== undefined)?.max_views?.after ?? request.max_views,
    maxExports:
      taken.findLast(({ max_exports: exports }) => exports !== undefined)?.max_exports?.after ??
      request.max_exports,
  };
}

/** Who removed each transaction. */
export function narrowedTransactions(request: Decided): ReadonlyMap<string, string> {
  return new Map(
    narrowedOf(request).flatMap(({ by, what }) => what.transactions.map((id) => [id, by] as const)),
  );
}

/**
 * Whether this end is counted from the approval, which has not come: it would move with each look. A named start, a
 * named end, and the order's end stay where they are.
 */
export function movesWithApproval(request: RequestView, end: string | undefined): boolean {
  if (end === undefined || request.from !== undefined || request.until !== undefined) return false;
  if (leftOf(request).until !== undefined) return false;
  const orderEnd = request.authorization?.valid_until;
  return orderEnd === undefined || Date.parse(end) < Date.parse(orderEnd);
}
