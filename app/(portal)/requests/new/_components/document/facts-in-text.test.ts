import { describe, expect, it } from "vitest";
import { factsInText, linesOf } from "./facts-in-text";

const PLACES = [
  { code: "EU", name: "European Union" },
  { code: "FR", name: "France" },
];
const ONE = "01a181c8-82e0-78a8-bb7c-d343aa2ad99b";

describe("facts in an order's text", () => {
  it("finds those of a court order, with the page of each", () => {
    const order = [
      ["Landgericht Berlin II", "Order for disclosure of records", "in case 102 O 88/26"],
      [
        `The court orders to disclose the amount and the pricing of ${ONE}.`,
        "The order is valid from 20 November 2026 until 20 December 2026.",
      ],
    ];
    expect(factsInText(order, PLACES)).toEqual({
      facts: {
        kind: { value: "court_order", page: 1 },
        issuer: { value: "Landgericht Berlin II", page: 1 },
        caseNumber: { value: "102 O 88/26", page: 1 },
        validFrom: { value: "2026-11-20", page: 2 },
        validUntil: { value: "2026-12-20", page: 2 },
        jurisdiction: { value: "DE", page: 1 },
      },
      ids: [ONE],
      fields: ["amount", "pricing"],
    });
  });

  it("finds those of a demand in sentences", () => {
    const demand = [
      [
        "Demand for information",
        "The Market Supervision Office requires access.",
        "Case MSO 7-2231/26, of 2026-11-28.",
        "This demand is valid until 2026-12-29.",
      ],
    ];
    const { facts } = factsInText(demand, PLACES);
    expect(facts).toMatchObject({
      kind: { value: "statutory_demand" },
      issuer: { value: "Market Supervision Office" },
      caseNumber: { value: "MSO 7-2231/26" },
      validFrom: { value: "2026-11-28" },
      validUntil: { value: "2026-12-29" },
    });
    expect(facts.jurisdiction).toBeUndefined();
  });

  it("finds those of an order in one line", () => {
    const { facts } = factsInText([["Landgericht Berlin, 18 O 311/26, 2026-12-01 to 2026-12-20"]], PLACES);
    expect(facts).toMatchObject({
      issuer: { value: "Landgericht Berlin" },
      caseNumber: { value: "18 O 311/26" },
      validFrom: { value: "2026-12-01" },
      validUntil: { value: "2026-12-20" },
    });
    const court = [["Landgericht Berlin, 3. Kammer"]];
    expect(factsInText(court, PLACES).facts.issuer?.value).toBe("Landgericht Berlin, 3. Kammer");
  });

  it("reads a long word in capitals once, so that a hostile file does not stop the page", () => {
    const hostile = [[`The ${"A".repeat(50_000)}`, `case ${"9".repeat(50_000)}`, " ".repeat(50_000)]];
    expect(factsInText(hostile, PLACES).facts).toEqual({});
  });

  it("finds nothing where nothing is said", () => {
    expect(factsInText([["Dear colleagues,", "see you on Monday."]], PLACES)).toEqual({
      facts: {},
      ids: [],
      fields: [],
    });
  });

  it("joins the runs of a line from left to right", () => {
    const run = (text: string, left: number, top: number) => ({ text, left, top, width: 0.1, height: 0.02 });
    expect(linesOf([run("B", 0.5, 0.1), run("C", 0.1, 0.2), run("A", 0.1, 0.101)])).toEqual(["A B", "C"]);
  });
});
