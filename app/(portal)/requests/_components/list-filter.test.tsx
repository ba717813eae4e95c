// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { RequestState } from "@/lib/access/requests/schema";
import { show } from "@/lib/testing/components";
import { readAddress } from "./list-address";
import { ListFilter } from "./list-filter";

it("days of the history are in the reader's zone, which is named once, and are sent as instants", () => {
  const { container } = show(<ListFilter address={readAddress({ from: "2026-03-01T00:00:00Z" }, true)} />);
  expect(screen.getByLabelText("Filed from")).toHaveProperty("type", "date");
  const sent = container.querySelector<HTMLInputElement>('input[type="hidden"][name="from"]');
  expect(sent?.value).toBe("2026-03-01T00:00:00Z");
  expect(screen.getAllByText(/Times are in your time zone/)).toHaveLength(1);
});

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
