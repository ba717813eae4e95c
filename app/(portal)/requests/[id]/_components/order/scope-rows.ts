import type { FoundInText } from "@/app/(portal)/requests/new/_components/document/facts-in-text";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import type { GroupName } from "@/lib/vocabulary";

const DAY_MS = 86_400_000;
const USUAL = { views: 20, exports: 5 };

/** What the order itself says of its scope, from its signature or from its text. */
export interface OrderSays {
  /** Undefined where the order lists no records. */
  readonly transactions: readonly string[] | undefined;
  /** Undefined where it names no fields. */
  readonly fields: readonly GroupName[] | undefined;
  readonly maxRecords: number | undefined;
  /** The last instant; undefined while it is withheld. */
  readonly until: string | undefined;
}

/** How what is asked compares with what the order says. */
export type ScopeResult =
  | { readonly kind: "within" | "notSaid" | "afterReading" | "usual" | "moreThanUsual" | "nothing" }
  | { readonly kind: "notListed" | "longer"; readonly count: number }
  | { readonly kind: "notNamed"; readonly fields: readonly GroupName[] };

/** Returns the order's own words about its scope: a signed order's reach, otherwise what its text says. */
export function orderSays(
  { reach, valid_until: until }: Pick<AuthorizationView, "reach" | "valid_until">,
  text: FoundInText | undefined,
): OrderSays {
  const listed = reach?.selector.transactions ?? text?.ids ?? [];
  const fields = reach?.fields ?? text?.fields ?? [];
  return {
    transactions: listed.length === 0 ? undefined : listed,
    fields: fields.length === 0 ? undefined : fields,
    maxRecords: reach?.max_records,
    until,
  };
}

function recordsResult(says: OrderSays, asked: readonly string[]): ScopeResult {
  const { transactions, maxRecords } = says;
  if (transactions === undefined) {
    const over = maxRecords === undefined ? 0 : asked.length - maxRecords;
    if (over > 0) return { kind: "notListed", count: over };
    return { kind: maxRecords === undefined ? "notSaid" : "within" };
  }
  const missing = asked.filter((id) => !transactions.includes(id)).length;
  return missing === 0 ? { kind: "within" } : { kind: "notListed", count: missing };
}

function fieldsResult({ fields }: OrderSays, asked: readonly GroupName[]): ScopeResult {
  if (asked.length === 0) return { kind: "nothing" };
  if (fields === undefined) return { kind: "notSaid" };
  const missing = asked.filter((group) => !fields.includes(group));
  return missing.length === 0 ? { kind: "within" } : { kind: "notNamed", fields: missing };
}

function endResult({ until }: OrderSays, end: string | undefined): ScopeResult {
  if (until === undefined || end === undefined) return { kind: "afterReading" };
  const longer = Math.ceil((Date.parse(end) - Date.parse(until)) / DAY_MS);
  return longer <= 0 ? { kind: "within" } : { kind: "longer", count: longer };
}

/** Fields of what remains by the form that the rules would give them. */
export function fieldsByForm({ policy, remaining }: Pick<ReviewView, "policy" | "remaining">) {
  const masked = (group: GroupName) =>
    policy.groups.find((one) => one.group === group)?.outcome === "masked" || remaining.level === "masked";
  return {
    full: remaining.fields.filter((group) => !masked(group)),
    masked: remaining.fields.filter(masked),
  };
}

/** Returns the result of each row: records, in full, masked, ends, uses. */
export function scopeResults(says: OrderSays, review: Pick<ReviewView, "policy" | "remaining">) {
  const { remaining } = review;
  const { full, masked } = fieldsByForm(review);
  const isUsual = remaining.max_views <= USUAL.views && remaining.max_exports <= USUAL.exports;
  return {
    records: recordsResult(says, remaining.transactions),
    full: fieldsResult(says, full),
    masked: fieldsResult(says, masked),
    ends: endResult(says, remaining.not_after),
    uses: { kind: isUsual ? "usual" : "moreThanUsual" },
  } as const satisfies Record<string, ScopeResult>;
}

/** What *Narrow to the order* takes away; undefined where the order leaves nothing of it, or all of it. */
export function beyondOrder(
  { transactions, fields }: OrderSays,
  { remaining }: Pick<ReviewView, "remaining">,
) {
  const withoutTransactions =
    transactions === undefined ? [] : remaining.transactions.filter((id) => !transactions.includes(id));
  const withoutFields =
    fields === undefined ? [] : remaining.fields.filter((group) => !fields.includes(group));
  const isNothing = withoutTransactions.length === 0 && withoutFields.length === 0;
  const isAll =
    withoutTransactions.length === remaining.transactions.length ||
    withoutFields.length === remaining.fields.length;
  return isNothing || isAll ? undefined : { withoutTransactions, withoutFields };
}
