import { describe, expect, test } from "vitest";
import { Duty, Role } from "@/lib/vocabulary";
import { currentPlace, placesFor, type Viewer } from "./places";
import { cookieOf, foldsOf, railFor } from "./rail-groups";

const viewer = (role: string, duties: readonly string[] = []): Viewer => ({
  name: "N",
  organisation: "O",
  role,
  duties,
});

describe("the places of the rail", () => {
  test("are about a dozen for every role at first, with the others under headings that fold", () => {
    const shownTo = (who: Viewer) => railFor(who).flatMap(({ isOpen, places }) => (isOpen ? places : []));
    const people = [
      ...Role.options.map((role) => viewer(role)),
      ...Duty.options.map((duty) => viewer("coordinator", [duty])),
      viewer("admin", ["admin"]),
      viewer("coordinator", ["approve", "legal", "compliance", "privacy", "support"]),
    ];
    for (const who of people) {
      // Twelve, and Help.
      expect(shownTo(who).length, `${who.role} ${who.duties}`).toBeLessThanOrEqual(13);
      expect(railFor(who)[0]).toMatchObject({ group: "work", isOpen: true });
      expect(shownTo(who).at(-1)?.key).toBe("help");
    }
    const compliance = railFor(viewer("coordinator", ["compliance"]));
    expect(compliance.map(({ group, isOpen }) => [group, isOpen])).toEqual([
      ["work", true],
      ["record", true],
      ["rules", false],
      ["running", false],
      ["about", false],
      ["help", true],
    ]);
    expect(railFor(viewer("client")).every(({ isOpen }) => isOpen)).toBe(true);
  });

  test("do not have those inside another place, which are found", () => {
    const auditor = viewer("auditor");
    expect(placesFor(auditor).map(({ key }) => key)).toContain("exports");
    const places = railFor(auditor).flatMap((group) => group.places);
    expect(places.map(({ key }) => key)).not.toContain("exports");
    expect(currentPlace(places, "/audit/exports")).toBe("audit");
  });

  test("stay folded as the person left them, and other text of the cookie is ignored", () => {
    const folds = { rules: true, about: false };
    expect(foldsOf(cookieOf(folds))).toEqual(folds);
    expect(foldsOf("rules.-about.__proto__.x")).toEqual(folds);
    expect(foldsOf(undefined)).toEqual({});
  });
});
