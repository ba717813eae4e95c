import { describe, expect, it } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { actionKey } from "../labels";
import { WORDED_ACTIONS, wordsOf } from "./entry-words";

describe("the words of an entry", () => {
  it("name the fields that were asked for, else those that an access gave", () => {
    const access = { data_accessed: ["amount"] };
    expect(wordsOf({ details: { groups: ["pricing"] }, access })).toEqual({ fields: ["pricing"] });
    expect(wordsOf({ access })).toEqual({ fields: ["amount"] });
  });

  it("tell masked fields from opened ones, by the level of the act or of each field", () => {
    const groups = ["amount", "parties"];
    expect(wordsOf({ details: { groups, level: "masked" } }).masked).toEqual(groups);
    const levels = { amount: "full", parties: "masked" };
    expect(wordsOf({ details: { groups, level: "full", levels } }).masked).toEqual(["parties"]);
    expect(wordsOf({ details: { groups, level: "full" } }).masked).toBeUndefined();
  });

  it("have no member that a sentence does not name", () => {
    const details = { kid: "client-123#2", seq: 7, reason: "typed by a person", facts: { role: "auditor" } };
    expect(wordsOf({ details })).toEqual({ texts: { kid: "client-123#2", seq: "7" } });
  });

  it("name the switch of a change, its value and the organisation", () => {
    const details = { flag: "export.background", on: false, reason: "STATIC", organisation: "Pilot" };
    expect(wordsOf({ details })).toEqual({
      texts: { flag: "export.background", on: "false", organisation: "Pilot" },
    });
    expect(WORDED_ACTIONS).toContain("flag.change");
  });

  it.each([undefined, null, "org", [], { details: "none" }, { details: { groups: 3, levels: [] } }])(
    "are none for a part of another form: %j",
    (org) => {
      expect(wordsOf(org)).toEqual({});
    },
  );

  it("are read for every action whose sentence names more than actor and subject", () => {
    const worded = new Set(WORDED_ACTIONS.map((action) => actionKey(action)));
    const named = Object.entries(CATALOGUES.en.actions.done).filter(([, text]) => /\{\w+[,}]/.test(text));
    expect(named.length).toBeGreaterThan(10);
    expect(named.map(([key]) => key).filter((key) => ![...worded].some((one) => one === key))).toEqual([]);
  });
});
