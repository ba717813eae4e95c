import { describe, expect, it } from "vitest";
import { countryOfZone } from "./country-of-zone";

describe("the country of a time zone", () => {
  it.each([
    ["Europe/Berlin", "DE"],
    ["Europe/London", "GB"],
    ["America/Argentina/Buenos_Aires", "AR"],
    ["America/New_York", "US"],
    ["Asia/Calcutta", "IN"],
    ["Europe/Kiev", "UA"],
    ["UTC", ""],
    ["Etc/GMT-1", ""],
    ["Europe", ""],
    ["Europe/", ""],
    ["", ""],
  ])("of %s is %s", (zone, country) => {
    expect(countryOfZone(zone)).toBe(country);
  });

  it("is known for every place that browsers offer, as two letters", () => {
    const zones = Intl.supportedValuesOf("timeZone").filter((zone) => /^[A-Z][a-z]+\/[A-Z]/.test(zone));
    const unknown = zones.filter(
      (zone) => !zone.startsWith("Etc/") && !/^[A-Z]{2}$/.test(countryOfZone(zone)),
    );
    expect(unknown).toEqual([]);
  });
});
