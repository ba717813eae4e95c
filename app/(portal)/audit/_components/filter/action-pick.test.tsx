// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { ActionPick } from "./action-pick";

const GROUPS = [{ name: "Keys", choices: [{ value: "key.rotate", label: "Change of a key" }] }];

it.each([
  ["en", "Find an action", "Find"],
  ["de", "Vorgang suchen", "Suchen"],
] as const)(
  "the field that finds an action has one word to read on a phone, in %s",
  (language, name, word) => {
    show(<ActionPick id="a" current="" groups={GROUPS} any="Any" className="" />, { language });
    const field = screen.getByRole("searchbox", { name });
    expect(field.getAttribute("placeholder")).toBe(word);
    // A long action next to it is cut, not the field.
    expect(field.className).toContain("shrink-0");
  },
);
