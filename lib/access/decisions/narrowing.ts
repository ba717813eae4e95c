import { DomainError, type FieldError } from "@/lib/errors";
import type { DecisionStatement } from "@/lib/escrow/protocol/statements";
import type { GroupName } from "@/lib/vocabulary";

/** What can still be granted: the request without what earlier approvers removed. */
export interface Remaining {
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly maxViews: number;
  readonly maxExports: number;
}

/**
 * What an approval grants: the signed scope, and the number of exports. The signed statement has no member for exports,
 * so they are stored with it (ADR 0048).
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

/** What an approver narrows the remaining scope to. An absent member is not narrowed. */
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

/** Returns whether an item of `all` is missing in `kept`. Repeated items count once. */
function leavesOut(kept: readonly string[], all: readonly string[]): boolean {
  return all.some((value) => !kept.includes(value));
}

/** Returns whether a narrowing removes anything. */
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

/**
 * Returns whether no time remains: the span ends before it begins, or has already ended. The end itself is not in it.
 */
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
 * Applies a narrowing at the moment of the decision. Approvers can only remove. Throws 422 with every wrong place if
 * the narrowing is wider than what remains, or would leave nothing, such as an end in the past.
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
