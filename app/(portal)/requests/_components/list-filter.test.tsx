// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { RequestState } from "@/lib/access/requests/schema";
import { show } from "@/lib/testing/components";
import { readAddress } from "./list-address";
import { ListFilter } from "./list-filter";

it("every state of a request is in one group of the filter, and ends without access are other outcomes", () => {
  show(<ListFilter address={readAddress({}, true)} />);
  const menu = screen.getByRole("combobox", { name: "State" });
  const values = within(menu)
    .getAllByRole("option")
    .map((option) => option.getAttribute("value"));
  expect(values.sort()).toEqual(["", ...RequestState.options].sort());
  const others = menu.querySelector('optgroup[label="Other outcomes"]');
  expect([...(others?.querySelectorAll("option") ?? [])].map(({ value }) => value)).toEqual(
    expect.arrayContaining(["denied", "withdrawn", "expired_unreviewed"]),
  );
});
