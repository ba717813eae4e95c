// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { BoundInput, ZoneNote } from "./bound-input";

const before = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "Europe/Berlin";
});
afterAll(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

/** The form's members, as they come into the address. */
function sentBy(container: HTMLElement): Record<string, FormDataEntryValue> {
  const form = container.querySelector("form");
  return form === null ? {} : Object.fromEntries(new FormData(form));
}

describe("a bound of a date filter", () => {
  it("is a day in the reader's zone, and the address has the instant", async () => {
    const { user, container } = show(
      <form>
        <BoundInput aria-label="From" name="from" form="day" instant="" />
        <BoundInput aria-label="Until" name="to" form="day" isEnd instant="2026-11-30T23:00:00Z" />
      </form>,
    );
    expect(screen.getByLabelText("Until")).toHaveProperty("value", "2026-11-30");
    expect(sentBy(container)).toEqual({ from: "", to: "2026-11-30T23:00:00Z" });
    await user.type(screen.getByLabelText("From"), "2026-12-01");
    expect(sentBy(container).from).toBe("2026-11-30T23:00:00.000Z");
  });

  it("keeps an invalid time as it was typed", () => {
    const { container } = show(
      <form>
        <BoundInput aria-label="From" aria-invalid name="from" form="time" instant="yesterday" />
      </form>,
    );
    expect(screen.getByLabelText("From")).toHaveProperty("type", "text");
    expect(sentBy(container)).toEqual({ from: "yesterday" });
  });

  it("is in UTC where no script runs", () => {
    const html = renderToStaticMarkup(
      <BoundInput name="to" form="day" isEnd instant="2026-12-02T00:00:00Z" />,
    );
    expect(html).toBe('<input type="date" name="to" value="2026-12-01"/>');
  });

  it("has its zone named", () => {
    show(<ZoneNote id="zone" />);
    expect(screen.getByText("Times are in your time zone, Europe/Berlin.")).toBeDefined();
  });
});
