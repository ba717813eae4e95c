import { describe, expect, it } from "vitest";
import { dataOfAll, groupsOf, splitGroups } from "@/lib/transactions/groups";
import { NewTransaction } from "@/lib/transactions/schema";

const base = { job_id: "job-1", participants: ["client-1"] };

function issuesOf(members: Record<string, unknown>): string[] {
  const parsed = NewTransaction.safeParse({ ...base, ...members });
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join("/"));
}

describe("a new transaction", () => {
  it.each(["0", "1000", "-1", "0.000000000000000001", "999999999999999999.5"])(
    "a new transaction takes the amount %s",
    (amount) => {
      expect(issuesOf({ amount })).toEqual([]);
    },
  );

  it.each([
    "",
    "01",
    "+1",
    "1.",
    ".5",
    "1e3",
    "1,0",
    " 1",
    "1 ",
    "1000000000000000000",
    "0.0000000000000000001",
    "１",
  ])("a new transaction refuses the amount %j", (amount) => {
    expect(issuesOf({ amount })).toEqual(["amount"]);
  });

  it("a new transaction refuses a number as amount", () => {
    expect(issuesOf({ amount: 1000 })).toEqual(["amount"]);
  });

  it("a new transaction takes only ISO 4217 codes and declared assets", () => {
    for (const currency of ["EUR", "JPY", "AITBC"]) expect(issuesOf({ currency })).toEqual([]);
    for (const currency of ["eur", "EURO", "ZZZ", ""]) expect(issuesOf({ currency })).toEqual(["currency"]);
  });

  it("a member named as its group is refused, and the same name elsewhere is not", () => {
    expect(issuesOf({ pricing: { pricing: 1 } })).toEqual(["pricing/pricing"]);
    expect(issuesOf({ settlement_details: { settlement_details: 1 } })).toEqual([
      "settlement_details/settlement_details",
    ]);
    expect(issuesOf({ pricing: { nested: { pricing: 1 } }, parties: { parties: 1 } })).toEqual([]);
  });

  it("unknown members, no participant, 33 participants and null are refused", () => {
    expect(NewTransaction.safeParse({ ...base, colour: "red" }).success).toBe(false);
    expect(issuesOf({ participants: [] })).toEqual(["participants"]);
    expect(issuesOf({ participants: Array.from({ length: 33 }, (_, i) => `p-${i}`) })).toEqual([
      "participants",
    ]);
    expect(issuesOf({ pricing: null })).toEqual(["pricing"]);
  });

  it("the refusal names client_envelopes and digests as not taken yet", () => {
    expect(issuesOf({ client_envelopes: {}, digests: [] })).toEqual(["digests", "client_envelopes"]);
  });

  it("values nested deeper than can be sealed are refused", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 40; depth += 1) value = [value];
    expect(issuesOf({ parties: value })).toEqual(["parties"]);
  });
});

describe("disclosure groups", () => {
  const full = NewTransaction.parse({
    ...base,
    amount: "1000.50",
    currency: "EUR",
    pricing: { rate: "1.5", tiers: [1, { to: 5 }], "": false },
    settlement_details: "by hand",
    parties: { payer: "A" },
    narrative: "",
    external_references: [],
  });

  it("disclosure groups return every value equal to what was sent", () => {
    const { job_id, participants, ...sent } = full;
    expect(dataOfAll(groupsOf(full))).toEqual(sent);
    expect(job_id).toBe(base.job_id);
    expect(participants).toEqual(base.participants);
  });

  it("disclosure groups return an empty object, an array and a member called __proto__", () => {
    const input = NewTransaction.parse({
      ...base,
      pricing: {},
      settlement_details: JSON.parse('{"__proto__": {"a": 1}}'),
      parties: [],
    });
    const data = dataOfAll(groupsOf(input));
    expect(JSON.stringify(data)).toBe(
      '{"pricing":{},"settlement_details":{"__proto__":{"a":1}},"parties":[]}',
    );
  });

  it("personal data is sealed even when the transaction is not confidential", () => {
    const { sealed, plain } = splitGroups(groupsOf(full), false);
    expect(Object.keys(sealed)).toEqual(["parties", "narrative", "external_references"]);
    expect(Object.keys(plain)).toEqual(["amount", "pricing", "settlement_details"]);
    expect(splitGroups(groupsOf(full), true).plain).toEqual({});
  });

  it("the currency is left out when none was sent", () => {
    const input = NewTransaction.parse({ ...base, amount: "1" });
    expect(dataOfAll(groupsOf(input))).toEqual({ amount: "1" });
  });
});
