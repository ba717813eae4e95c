import { describe, expect, it } from "vitest";
import {
  figureDigest,
  figureRows,
  plainNumber,
  relationOf,
  type StoredFigure,
  valuesOfRecord,
} from "@/lib/disputes/figures/compare";
import { NewFigures } from "@/lib/disputes/figures/schema";

const eur = (value: string) => ({ unit: "EUR", value });

describe("figures", () => {
  it.each([
    ["007341.190", "7341.19"],
    ["-0.00", "0"],
    ["12", "12"],
    ["1e3", "1e3"],
  ])("%s is compared as %s", (given, plain) => {
    expect(plainNumber(given)).toBe(plain);
  });

  it.each([
    ["2", "10", "lower"],
    ["10.000000000000000001", "10", "higher"],
    ["-2", "-10", "higher"],
    ["10", "10", "equal"],
    ["ten", "10", "differs"],
  ] as const)("%s beside %s: %s", (said, record, relation) => {
    expect(relationOf(eur(said), eur(record))).toBe(relation);
  });

  it("of two currencies only differ", () => {
    expect(relationOf(eur("1"), { unit: "USD", value: "2" })).toBe("differs");
  });

  it("of a field that the record lacks differ from it", () => {
    const record = valuesOfRecord({ pricing: { rate: "5" } }, ["amount", "pricing/rate", "pricing/none"]);
    expect([...record]).toEqual([
      ["amount", { unit: "", value: "" }],
      ["pricing/rate", { unit: "", value: "5" }],
      ["pricing/none", { unit: "", value: "" }],
    ]);
  });

  it("have another digest in another field, unit or dispute", () => {
    const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const digests = [
      figureDigest(one, "amount", eur("1")),
      figureDigest(two, "amount", eur("1")),
      figureDigest(one, "pricing/rate", eur("1")),
      figureDigest(one, "amount", { unit: "USD", value: "1" }),
    ];
    expect(new Set(digests.map((digest) => digest.join())).size).toBe(4);
  });

  it("have equal letters where they are equal, and without a record they are compared with each other", () => {
    const said = (party: string, digest: string, recordDigest?: string): StoredFigure => ({
      ...{ party, field: "amount", digest, recordDigest, relation: undefined },
    });
    expect(figureRows([said("a", "x", "y"), said("b", "y")], ["a", "b"])).toEqual([
      {
        ...{ field: "amount", record: "A", differ: ["a"] },
        said: [
          { party: "a", letter: "B", relation: "differs" },
          { party: "b", letter: "A", relation: "equal" },
        ],
      },
    ]);
    const [row] = figureRows([said("a", "x"), said("b", "y")], ["a", "b"]);
    expect(row).toMatchObject({ record: null, differ: ["b"] });
  });

  it("are one at least, and decimal numbers", () => {
    expect(NewFigures.safeParse({}).success).toBe(false);
    expect(NewFigures.safeParse({ pricing: { rate: "1,5" } }).success).toBe(false);
    expect(NewFigures.safeParse({ pricing: { rate: "1.5" } }).success).toBe(true);
  });
});
