import { describe, expect, it } from "vitest";
import { isHome, isThirdCountry, weigh } from "@/lib/access/review/jurisdictions";

const order = (jurisdiction: string, recognitionBasis?: string) => ({ jurisdiction, recognitionBasis });

describe("an order's jurisdiction", () => {
  it("is home by its code, and by the Union's where it is a member state", () => {
    expect(isHome("DE", ["DE"])).toBe(true);
    expect(isHome("FR", ["DE"])).toBe(false);
    expect(isHome("FR", ["EU"])).toBe(true);
    expect(isHome("EU", ["EU"])).toBe(true);
    // The Union's members do not make the Union home, nor each other; and the Kingdom left.
    for (const code of ["GB", "NO", "CH", "US", "XX", "de", ""])
      expect(isHome(code, ["EU"]), code).toBe(false);
    expect(isHome("EU", ["DE"])).toBe(false);
    expect(isHome("DE", [])).toBe(false);
  });

  it("there are 27 member states", () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => code !== "EU");
    expect(codes.filter((code) => isHome(code, ["EU"]))).toHaveLength(27);
  });

  it("is a third country's where the GDPR applies and does not reach it", () => {
    expect(isThirdCountry("US", ["EU"])).toBe(true);
    expect(isThirdCountry("GB", ["IE"])).toBe(true);
    for (const code of ["NO", "IS", "LI", "FR", "EU"]) expect(isThirdCountry(code, ["DE"]), code).toBe(false);
    expect(isThirdCountry("US", ["CH"])).toBe(false);
    expect(isThirdCountry("US", ["CH", "NO"])).toBe(true);
  });

  it("waits for a basis where it is foreign and states none", () => {
    expect(weigh(order("DE"), ["EU"], undefined)).toEqual({ standing: "home", basis: undefined });
    expect(weigh(order("US"), ["EU"], undefined)).toEqual({ standing: "missing", basis: undefined });
    expect(weigh(order("US"), ["EU"], "Treaty")).toEqual({ standing: "recorded", basis: "Treaty" });
    expect(weigh(order("US", "MLAT"), ["EU"], undefined)).toEqual({ standing: "stated", basis: "MLAT" });
    expect(weigh(order("DE"), [], undefined).standing).toBe("missing");
  });
});
