import { describe, expect, it } from "vitest";
import { isHome, isThirdCountry, weigh } from "@/lib/access/review/jurisdictions";

const order = (jurisdiction: string, recognitionBasis?: string) => ({ jurisdiction, recognitionBasis });

describe("an order's jurisdiction", () => {
  it("an order is of home by its code, and by the Union's code at home in a member state", () => {
    expect(isHome("DE", ["DE"])).toBe(true);
    expect(isHome("FR", ["DE"])).toBe(false);
    expect(isHome("FR", ["EU"])).toBe(true);
    expect(isHome("EU", ["EU"])).toBe(true);
    // A member state as home does not make the Union home, nor other members. The United Kingdom has left.
    for (const code of ["GB", "NO", "CH", "US", "XX", "de", ""])
      expect(isHome(code, ["EU"]), code).toBe(false);
    expect(isHome("EU", ["DE"])).toBe(false);
    expect(isHome("DE", [])).toBe(false);
  });

  it("the Union has 27 member states", () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => code !== "EU");
    expect(codes.filter((code) => isHome(code, ["EU"]))).toHaveLength(27);
  });

  it("an order is a third country's when the GDPR applies at home and not at its origin", () => {
    expect(isThirdCountry("US", ["EU"])).toBe(true);
    expect(isThirdCountry("GB", ["IE"])).toBe(true);
    for (const code of ["NO", "IS", "LI", "FR", "EU"]) expect(isThirdCountry(code, ["DE"]), code).toBe(false);
    expect(isThirdCountry("US", ["CH"])).toBe(false);
    expect(isThirdCountry("US", ["CH", "NO"])).toBe(true);
  });

  it("a foreign order that states no basis waits for one", () => {
    expect(weigh(order("DE"), ["EU"], undefined)).toEqual({ standing: "home", basis: undefined });
    expect(weigh(order("US"), ["EU"], undefined)).toEqual({ standing: "missing", basis: undefined });
    expect(weigh(order("US"), ["EU"], "Treaty")).toEqual({ standing: "recorded", basis: "Treaty" });
    expect(weigh(order("US", "MLAT"), ["EU"], undefined)).toEqual({ standing: "stated", basis: "MLAT" });
    expect(weigh(order("DE"), [], undefined).standing).toBe("missing");
  });
});
