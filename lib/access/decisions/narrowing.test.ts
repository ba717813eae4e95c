import { describe, expect, it } from "vitest";
import { intersect, narrow, type Remaining, takesAway } from "@/lib/access/decisions/narrowing";
import { NewDecision, NewStatement } from "@/lib/access/requests/schema";
import { DomainError } from "@/lib/errors";

const [A, B] = ["018f0000-0000-7000-8000-00000000000a", "018f0000-0000-7000-8000-00000000000b"];
const REMAINING: Remaining = {
  transactions: [A, B],
  groups: ["amount", "pricing"],
  notBefore: new Date(0),
  notAfter: new Date(86_400_000),
  maxViews: 20,
  maxExports: 5,
};
/** The moment of the decision. */
const AT = new Date(3_600_000);

function codeAndErrors(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof DomainError) return [error.code, error.errors];
    throw error;
  }
  return "done";
}

describe("a narrowing", () => {
  it("a narrowing is detected by what it leaves out, however often it names what it keeps", () => {
    expect(takesAway(REMAINING, { transactions: [A, A] }, AT)).toBe(true);
    expect(takesAway(REMAINING, { groups: ["amount", "amount"] }, AT)).toBe(true);
    expect(takesAway(REMAINING, { transactions: [B, A], groups: ["pricing", "amount"] }, AT)).toBe(false);
    expect(takesAway({ ...REMAINING, transactions: [A, A] }, { transactions: [A] }, AT)).toBe(false);
  });

  it("a narrowing leaves each transaction and each group once", () => {
    const left = narrow(REMAINING, { transactions: [A, A], groups: ["amount", "amount"] }, AT);
    expect(left).toMatchObject({ transactions: [A], groups: ["amount"] });
  });

  it("a narrowing leaves fewer exports or none, and never more than an earlier decider left", () => {
    expect(narrow(REMAINING, { maxExports: 0 }, AT)).toEqual({ ...REMAINING, maxExports: 0 });
    expect(takesAway(REMAINING, { maxExports: 4 }, AT)).toBe(true);
    expect(takesAway(REMAINING, { maxExports: 5 }, AT)).toBe(false);
    const whole = {
      ...{ transactions: [A, B], groups: ["amount" as const, "pricing" as const] },
      ...{ not_before: "1970-01-01T00:00:00Z", not_after: "1970-01-02T00:00:00Z", max_views: 20 },
    };
    const left = intersect(REMAINING, [{ ...whole, max_exports: 1 }, whole, { ...whole, max_exports: 3 }]);
    expect(left).toEqual({ ...REMAINING, maxExports: 1 });
    expect(() => narrow(left, { maxExports: 2 }, AT)).toThrow(
      expect.objectContaining({
        code: "decision.not-narrower",
        errors: [{ pointer: "/max_exports", detail: "is more than what remains" }],
      }),
    );
  });

  it("a narrowing leaves something at the moment it is made: a past end is refused at its place", () => {
    const refusal = (until: Date, remaining = REMAINING) =>
      codeAndErrors(() => narrow(remaining, { until }, AT));
    const over = ["decision.not-narrower", [{ pointer: "/until", detail: "is over" }]];
    expect(refusal(AT)).toEqual(over);
    expect(refusal(new Date(AT.getTime() - 1))).toEqual(over);
    expect(narrow(REMAINING, { until: new Date(AT.getTime() + 1) }, AT).notAfter.getTime()).toBe(3_600_001);
    const later = { ...REMAINING, notBefore: new Date(2 * AT.getTime()) };
    expect(refusal(later.notBefore, later)).toEqual([
      "decision.not-narrower",
      [{ pointer: "/until", detail: "is not after the beginning" }],
    ]);
    // What an earlier decider left has ended meanwhile, so no place of this body is wrong.
    expect(codeAndErrors(() => narrow({ ...REMAINING, notAfter: AT }, {}, AT))).toEqual([
      "decision.not-narrower",
      [],
    ]);
  });

  it("a narrowing of an earlier decider applies to the later one", () => {
    const scope = {
      transactions: [A],
      groups: ["amount" as const],
      not_before: "1970-01-01T00:00:00Z",
      not_after: "1970-01-01T12:00:00Z",
      max_views: 3,
    };
    expect(intersect(REMAINING, [scope])).toMatchObject({
      transactions: [A],
      groups: ["amount"],
      maxViews: 3,
    });
  });
});

describe("the scope of a decision", () => {
  const pointers = (result: {
    error?: { issues: readonly { path: readonly PropertyKey[] }[] } | undefined;
  }) => result.error?.issues.map(({ path }) => path.join("/"));
  const decision = { stage: "legal", decision: "approve", comment: "As the order says" };

  it("a scope names each transaction once: a doubled id is refused at its place, in capitals too", () => {
    const twice = [A, A.toUpperCase()];
    const scope = { transactions: twice };
    expect(pointers(NewDecision.safeParse({ ...decision, scope }))).toEqual(["scope/transactions"]);
    expect(pointers(NewStatement.safeParse({ ...decision, scope }))).toEqual(["scope/transactions"]);
    expect(NewDecision.safeParse({ ...decision, scope: { transactions: [A, B] } }).success).toBe(true);
  });
});

describe("a reading of the order", () => {
  const confirms = {
    issuer: "Landgericht Berlin",
    case_number: "18 O 1/26",
    valid_from: "2026-01-01",
    valid_until: "2026-02-01",
  };

  it("a reading comes with an approval only: a question or a denial cannot carry one", () => {
    for (const decision of ["ask", "deny"]) {
      const body = { stage: "coordinator", decision, comment: "Which annex?", confirms };
      for (const schema of [NewDecision, NewStatement]) {
        const { error } = schema.safeParse(body);
        expect(error?.issues.map(({ path }) => path)).toEqual([["confirms"]]);
      }
    }
    const approval = { stage: "coordinator", decision: "approve", comment: "As it says", confirms };
    expect(NewDecision.safeParse(approval).success).toBe(true);
  });
});
