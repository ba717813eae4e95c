import { describe, expect, it } from "vitest";
import { fieldRows } from "@/components/domain/field-rows";

const shown = (group: string, values: Record<string, unknown>) =>
  fieldRows(group, values, "en").map(({ name, text }) => [name, text]);

describe("lines of an opened field", () => {
  it.each([
    ["en", "482150.00", "482,150.00 EUR"],
    ["de", "482150.00", "482.150,00 EUR"],
    ["en", "-1250.000000000000000001", "-1,250.000000000000000001 EUR"],
    ["de", "-1250.000000000000000001", "-1.250,000000000000000001 EUR"],
  ] as const)("show in %s the amount %s whole, and copy it as it was sent", (locale, amount, text) => {
    const [row] = fieldRows("amount", { amount, currency: "EUR" }, locale);
    expect([row?.text, row?.raw]).toEqual([text, `${amount} EUR`]);
  });
  it("write prices as the language does, copy them as sent, and leave what may be no figure", () => {
    const pricing = { unit_price: "1250.25", rate: -0.5, year: "2026", model: "a.b", rebate: 5 };
    const rows = fieldRows("pricing", { pricing }, "de");
    expect(rows.map(({ text }) => text)).toEqual(["1.250,25", "-0,5", "2026", "a.b", "5"]);
    expect(rows.map(({ raw }) => raw)).toEqual(["1250.25", "-0.5", "2026", "a.b", "5"]);
    const settlement_details = { reference: "2026.11" };
    expect(fieldRows("settlement_details", { settlement_details }, "de")[0]?.text).toBe("2026.11");
  });
  it("name the members of a group as they were sent, and nothing where the group is one value", () => {
    expect(shown("pricing", { pricing: { unit_price: "1.25", discount_percent: 5 } })).toEqual([
      ["unit_price", "1.25"],
      ["discount_percent", "5"],
    ]);
    expect(shown("narrative", { narrative: "Second part" })).toEqual([[undefined, "Second part"]]);
  });
  it("name references by their scheme and other lists by their place", () => {
    const external_references = [{ scheme: "invoice", value: "NH-1" }];
    expect(shown("external_references", { external_references })).toEqual([["invoice", "NH-1"]]);
    expect(shown("parties", { parties: ["A", { name: "B" }] })).toEqual([
      ["1", "A"],
      ["2", '{"name":"B"}'],
    ]);
  });
  it("are empty for a group that was not given", () => {
    expect(fieldRows("parties", { amount: "1" }, "de")).toEqual([]);
  });
  it("set accounts and identifiers in mono, words and figures not", () => {
    const values = {
      pricing: { a: "DE02120300000000202051", b: "1250.00", c: "per GPU hour", d: "S-job-1001" },
    };
    expect(fieldRows("pricing", values, "en").map((row) => row.isCode)).toEqual([true, false, false, true]);
  });
});
