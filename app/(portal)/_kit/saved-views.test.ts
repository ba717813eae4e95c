import { describe, expect, it } from "vitest";
import { isShareable, type SavedView } from "@/lib/home/views/schema";
import { chosenColumns, columnChoices, keptOf, savedIn } from "./saved-views";

const saved: SavedView = {
  ...{ id: "018f0000-0000-7000-8000-000000000001", list: "grants", name: "Ended", query: { view: "ended" } },
  ...{ columns: ["ends"], is_shared: false, is_own: true, created_at: "2026-11-24T09:00:00Z" },
};
const column = (key: string, isTitle = false) => ({ key, isTitle, head: key, cell: () => key });
const columns = [column("reference", true), column("holder"), column("ends")];

describe("the columns of a list", () => {
  it("are all without a choice, and where no chosen one exists any more", () => {
    expect(chosenColumns(columns, [])).toHaveLength(3);
    expect(chosenColumns(columns, ["former"])).toHaveLength(3);
  });

  it("keep the title and the list's own order", () => {
    expect(chosenColumns(columns, ["ends"]).map(({ key }) => key)).toEqual(["reference", "ends"]);
  });
});

describe("a control of a row", () => {
  it("is shown whatever columns are chosen", () => {
    const control = { ...column("open"), isTool: true };
    expect(chosenColumns([...columns, control], ["ends"]).map(({ key }) => key)).toEqual([
      ...["reference", "ends", "open"],
    ]);
  });
});

describe("an extra column", () => {
  const extra = { ...column("purpose"), isExtra: true };
  it("is hidden until it is chosen", () => {
    const keys = (chosen: readonly string[]) =>
      chosenColumns([...columns, extra], chosen).map(({ key }) => key);
    expect(keys([])).toEqual(["reference", "holder", "ends"]);
    expect(keys(["purpose"])).toEqual(["reference", "purpose"]);
    const choices = columnChoices([...columns, extra], []).map(({ key, isShown }) => [key, isShown]);
    expect(choices.at(-1)).toEqual(["purpose", false]);
  });
});

describe("the address of a list", () => {
  it("names a saved view that the reader has, and ignores another", () => {
    const address = { saved: saved.id, columns: "ends.holder.<b>" };
    const { current, chosen } = savedIn(address, [saved]);
    expect([current, chosen]).toEqual([saved, ["ends", "holder"]]);
    expect(keptOf({ current, chosen })).toEqual({ saved: saved.id, columns: "ends.holder" });
    expect(savedIn({ saved: saved.id }, []).current).toBeUndefined();
  });
});

describe("sharing", () => {
  it("is for choices of the portal only, and not for typed text", () => {
    expect(isShareable("requests", { view: "all", state: "denied", sort: "due" })).toBe(true);
    expect(isShareable("requests", { view: "all", case_number: "102 O 88/26" })).toBe(false);
    expect(isShareable("people", { q: "Ines" })).toBe(false);
    expect(isShareable("log", { within: "7d", action: "disclosure.open", outcome: "denied" })).toBe(true);
    expect(isShareable("log", { actor: "8fQZ1c0aXg2LrTtm" })).toBe(false);
  });
});
