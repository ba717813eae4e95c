import { describe, expect, it } from "vitest";
import { fieldRows, memberName } from "@/components/domain/field-rows";

const shown = (group: string, values: Record<string, unknown>) =>
  fieldRows(group, values).map(({ name, text }) => [name, text]);

describe("lines of an opened field", () => {
  it("show an amount with its currency, and copy it as it was sent", () => {
    const [row] = fieldRows("amount", { amount: "482150.00", currency: "EUR" });
    expect([row?.text, row?.raw]).toEqual(["482,150.00 EUR", "482150.00 EUR"]);
  });
  it("name the members of a group, and nothing where the group is one value", () => {
    expect(shown("pricing", { pricing: { unit_price: "1.25", discount_percent: 5 } })).toEqual([
      ["Unit price", "1.25"],
      ["Discount percent", "5"],
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
    expect(fieldRows("parties", { amount: "1" })).toEqual([]);
  });
  it("set accounts and identifiers in mono, words and figures not", () => {
    const values = {
      pricing: { a: "DE02120300000000202051", b: "1250.00", c: "per GPU hour", d: "S-job-1001" },
    };
    expect(fieldRows("pricing", values).map((row) => row.isCode)).toEqual([true, false, false, true]);
  });
});

describe("a member's name", () => {
  it("is read as words only where a program wrote it as such", () => {
    expect(["unit_price", "IBAN", "Due on", "x"].map(memberName)).toEqual([
      "Unit price",
      "IBAN",
      "Due on",
      "X",
    ]);
  });
});
