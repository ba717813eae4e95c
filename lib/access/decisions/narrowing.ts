import { DomainError, type FieldError } from "@/lib/errors";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/** What can still be granted: the request, less what earlier deciders took away. */
export interface Remaining {
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly maxViews: number;
  readonly maxExports: number;
}

/**
 * What an approval leaves: the signed scope, and the number of exports stored with it, for which `decision` has no
 * member (ADR 0048).
 */
type Scope = Pick<DecisionStatement, "transactions" | "groups" | "not_before" | "not_after" | "max_views"> & {
  readonly max_exports?: number | undefined;
};

/**
 * Returns the intersection of scopes, the latest beginning, the earliest end and the smallest budgets. The result may
 * be empty.
 */
export function intersect(first: Remaining, statements: readonly Scope[]): Remaining {
  return statements.reduce<Remaining>(
    (left, scope) => ({
      transactions: left.transactions.filter((id) => scope.transactions.includes(id)),
      groups: left.groups.filter((group) => scope.groups.includes(group)),
      notBefore: new Date(Math.max(left.notBefore.getTime(), Date.parse(scope.not_before))),
      notAfter: new Date(Math.min(left.notAfter.getTime(), Date.parse(scope.not_after))),
      maxViews: Math.min(left.maxViews, scope.max_views),
      maxExports: Math.min(left.maxExports, scope.max_exports ?? left.maxExports),
    }),
    first,
  );
}

/** What a decider wants to leave of it; absent members leave all. */
export interface Narrowing {
  readonly transactions?: readonly string[] | undefined;
  readonly groups?: readonly GroupName[] | undefined;
  readonly until?: Date | undefined;
  readonly maxViews?: number | undefined;
  readonly maxExports?: number | undefined;
}

function beyond(wanted: readonly string[], allowed: readonly string[], pointer: string): FieldError[] {
  return wanted.flatMap((value, index) =>
    allowed.includes(value)
      ? []
      : [{ pointer: `${pointer}/${index}`, detail: "is not part of what remains" }],
  );
}

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** Whether any item of `all` is missing in `kept`; repetitions do not count. */
function leavesOut(kept: readonly string[], all: readonly string[]): boolean {
  return all.some((value) => !kept.includes(value));
}

/** Whether a narrowing takes anything away. */
export function takesAway(remaining: Remaining, narrowing: Narrowing, at: Date): boolean {
  const left = narrow(remaining, narrowing, at);
  return (
    leavesOut(left.transactions, remaining.transactions) ||
    leavesOut(left.groups, remaining.groups) ||
    left.notAfter < remaining.notAfter ||
    left.maxViews < remaining.maxViews ||
    left.maxExports < remaining.maxExports
  );
}

/** Whether no time remains: the span ends before it begins, or is over at this moment. Half-open. */
export function isOver(
  { notBefore, notAfter }: Pick<Remaining, "notBefore" | "notAfter">,
  at: Date,
): boolean {
  return notBefore >= notAfter || notAfter <= at;
}

function afterEnd(until: Date, remaining: Remaining, at: Date): FieldError[] {
  if (until > remaining.notAfter) return [{ pointer: "/until", detail: "is later than what remains" }];
  if (until <= at) return [{ pointer: "/until", detail: "is over" }];
  return until <= remaining.notBefore ? [{ pointer: "/until", detail: "is not after the beginning" }] : [];
}

/**
 * Applies a narrowing at the moment of the decision. Deciders can only take away. Throws 422 with every wrong place
 * when the narrowing is wider, or would leave nothing, for example by an end in the past.
 */
export function narrow(remaining: Remaining, narrowing: Narrowing, at: Date): Remaining {
  const transactions = distinct(narrowing.transactions ?? remaining.transactions);
  const groups = distinct(narrowing.groups ?? remaining.groups);
  const until = narrowing.until ?? remaining.notAfter;
  const maxViews = narrowing.maxViews ?? remaining.maxViews;
  const maxExports = narrowing.maxExports ?? remaining.maxExports;
  const errors = [
    ...beyond(narrowing.transactions ?? [], remaining.transactions, "/scope/transactions"),
    ...beyond(narrowing.groups ?? [], remaining.groups, "/scope/fields"),
    ...(narrowing.until === undefined ? [] : afterEnd(narrowing.until, remaining, at)),
    ...(maxViews > remaining.maxViews
      ? [{ pointer: "/max_views", detail: "is more than what remains" }]
      : []),
    ...(maxExports > remaining.maxExports
      ? [{ pointer: "/max_exports", detail: "is more than what remains" }]
      : []),
  ];
  if (errors.length > 0) throw new DomainError("decision.not-narrower", { errors });
  const narrowed = { ...remaining, transactions, groups, notAfter: until, maxViews, maxExports };
  if (narrowed.transactions.length === 0 || narrowed.groups.length === 0 || isOver(narrowed, at)) {
    throw new DomainError("decision.not-narrower", {
      detail: "The grant would be empty. Deny the request instead.",
    });
  }
  return narrowed;
}
