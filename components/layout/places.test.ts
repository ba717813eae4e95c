import { describe, expect, test } from "vitest";
import { currentPlace, placesFor, tabsFor, type Viewer } from "./places";

const viewer = (role: string, duties: readonly string[] = []): Viewer => ({
  name: "N",
  organisation: "O",
  role,
  duties,
});
const keys = (who: Viewer) => placesFor(who).map(({ key }) => key);

describe("places", () => {
  test("lead an administrator, who does not read the log, to the quarantined entries", () => {
    const places = placesFor(viewer("admin", ["admin"]));
    expect(keys(viewer("admin", ["admin"]))).toEqual(
      "home notifications agreements quarantine policies authorities keys roster people offices participants accessReview alerts webhooks apiKeys unreadable background setup trust developers help account".split(
        " ",
      ),
    );
    expect(currentPlace(places, "/audit/quarantine")).toBe("quarantine");
  });

  test("lead to releases and break-glass only for people with the duty", () => {
    const both = (who: Viewer) => keys(who).filter((key) => key === "releases" || key === "breakGlass");
    expect(both(viewer("coordinator", ["executive"]))).toEqual(["releases", "breakGlass"]);
    for (const duty of ["break-glass", "legal", "approve", "compliance"])
      expect(both(viewer("coordinator", [duty]))).toEqual(["breakGlass"]);
    for (const duty of ["support", "privacy"]) expect(both(viewer("coordinator", [duty]))).toEqual([]);
    for (const role of ["regulator", "auditor", "client", "miner", "admin"])
      expect(both(viewer(role, ["executive", "break-glass"]))).toEqual([]);
  });

  test("begin a phone's bar with home and with what the role or the duty is for", () => {
    const tabs = (role: string, duties: readonly string[] = []) =>
      tabsFor(viewer(role, duties))
        .slice(0, 4)
        .map(({ key }) => key);
    expect(tabs("admin", ["admin"])).toEqual(["home", "people", "offices", "alerts"]);
    expect(tabs("coordinator", ["support"])).toEqual(["home", "disputes", "transactions", "requests"]);
    expect(tabs("coordinator", ["executive"])).toEqual(["home", "releases", "breakGlass", "requests"]);
    expect(tabs("coordinator", ["break-glass"])).toEqual(["home", "breakGlass", "transactions", "requests"]);
    expect(tabs("coordinator", ["privacy"])).toEqual(["home", "erasures", "transactions", "requests"]);
    expect(tabs("regulator")).toEqual(["home", "requests", "cases", "grants"]);
  });

  test("lead to the policies those who read them", () => {
    const reads = (role: string, duties: readonly string[] = []) =>
      keys(viewer(role, duties)).includes("policies");
    for (const duty of ["approve", "legal", "compliance"]) expect(reads("coordinator", [duty])).toBe(true);
    for (const role of ["admin", "auditor"]) expect(reads(role)).toBe(true);
    for (const role of ["regulator", "client", "miner"]) expect(reads(role, ["compliance"])).toBe(false);
    expect(reads("coordinator", ["support"])).toBe(false);
  });

  test("lead all others to quarantine through the log only", () => {
    for (const role of ["auditor", "coordinator", "regulator", "client", "miner"])
      expect([role, keys(viewer(role, ["compliance"])).includes("quarantine")]).toEqual([role, false]);
    expect(currentPlace(placesFor(viewer("auditor")), "/audit/quarantine")).toBe("audit");
  });
});
