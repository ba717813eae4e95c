import { describe, expect, it } from "vitest";
import type { ReviewView } from "@/lib/access/review/schema";
import { beyondOrder, orderSays, scopeResults } from "./scope-rows";

const group = (name: "amount" | "pricing" | "parties", outcome: "full" | "masked") => ({
  group: name,
  outcome,
  reasons: [],
});

const REVIEW: Pick<ReviewView, "policy" | "remaining"> = {
  policy: {
    version: "v",
    name: "1",
    groups: [group("amount", "full"), group("pricing", "full"), group("parties", "masked")],
    conditions: [],
  },
  remaining: {
    transactions: ["a", "b", "c"],
    fields: ["amount", "pricing", "parties"],
    level: "full",
    not_before: "2026-11-20T00:00:00Z",
    not_after: "2026-12-25T00:00:00Z",
    max_views: 20,
    max_exports: 5,
  },
};
const TEXT = { facts: {}, ids: ["a", "b"], fields: ["amount", "pricing"] } as const;

describe("what the order says, beside what is asked", () => {
  it("names records and fields that the order does not, and days beyond its end", () => {
    const says = orderSays({ valid_until: "2026-12-21T00:00:00Z" }, TEXT);
    expect(scopeResults(says, REVIEW)).toEqual({
      records: { kind: "notListed", count: 1 },
      full: { kind: "within" },
      masked: { kind: "notNamed", fields: ["parties"] },
      ends: { kind: "longer", count: 4 },
      uses: { kind: "usual" },
    });
    expect(beyondOrder(says, REVIEW)).toEqual({ withoutTransactions: ["c"], withoutFields: ["parties"] });
  });

  it("claims nothing where the order says nothing, and no end before it was read", () => {
    const { not_after: _, ...remaining } = REVIEW.remaining;
    const says = orderSays({}, undefined);
    const results = scopeResults(says, { ...REVIEW, remaining: { ...remaining, max_views: 21 } });
    expect(results).toMatchObject({
      records: { kind: "notSaid" },
      full: { kind: "notSaid" },
      ends: { kind: "afterReading" },
      uses: { kind: "moreThanUsual" },
    });
    expect(beyondOrder(says, REVIEW)).toBeUndefined();
  });

  it("takes a signed order's reach before its text", () => {
    const reach = { selector: { transactions: ["a", "b", "c"] }, fields: ["amount" as const] };
    const says = orderSays({ reach }, TEXT);
    expect(scopeResults(says, REVIEW)).toMatchObject({
      records: { kind: "within" },
      full: { kind: "notNamed", fields: ["pricing"] },
    });
  });
});
