import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { OfficeHours } from "@/lib/organisations/schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { ChangeHours } from "./hours-form";

const HOURS: OfficeHours = {
  id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f",
  name: "Harbour Operations",
  zone: "Europe/Berlin",
  weekly_hours: { 1: ["09:00", "17:00"] },
  holiday_region: null,
  closed_dates: [],
  open_dates: [],
  home_jurisdictions: ["DE"],
  holidays: [],
  is_operator: true,
  is_agency: false,
};

async function open(hours: OfficeHours = HOURS) {
  const shown = show(<ChangeHours hours={hours} />);
  await shown.user.click(screen.getByRole("button", { name: "Change office hours" }));
  return shown;
}
const monday = () => screen.getByLabelText("Monday");
const save = () => screen.getByRole("button", { name: "Save hours" });

describe("the form for opening hours", () => {
  it("names the day whose hours cannot be read, keeps what was typed and sends nothing", async () => {
    const calls = answerCalls(() => ({ status: 200, json: HOURS }));
    const { user } = await open();
    await user.clear(monday());
    await user.type(monday(), "nine to five");
    await user.click(save());
    expect(await screen.findByText(/Enter hours such as 09:00–17:00/)).toBeDefined();
    expect(monday().getAttribute("aria-invalid")).toBe("true");
    expect(monday()).toHaveProperty("value", "nine to five");
    expect(calls).toEqual([]);
  });

  it("sends the whole hours once, closes and asks for the page again", async () => {
    const calls = answerCalls(() => ({
      status: 200,
      json: { ...HOURS, weekly_hours: { 1: ["22:00", "06:00"] } },
    }));
    const { user, moves } = await open();
    await user.clear(monday());
    await user.type(monday(), "22:00-06:00");
    await user.click(save());
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls).toMatchObject([
      {
        method: "PUT",
        path: `/confidential/admin/organisations/${HOURS.id}/hours`,
        body: { zone: "Europe/Berlin", weekly_hours: { 1: ["22:00", "06:00"] } },
      },
    ]);
    expect(moves).toEqual([["refresh"]]);
  });

  it("asks for home jurisdictions of the operator only", async () => {
    const { unmount } = await open({ ...HOURS, is_operator: false, is_agency: true });
    expect(screen.queryByLabelText("Home jurisdictions")).toBeNull();
    unmount();
    await open();
    expect(screen.getByLabelText("Home jurisdictions")).toBeDefined();
  });

  it("keeps a time zone that the portal refuses, and marks it", async () => {
    answerCalls(() =>
      problem(422, "request.invalid", { errors: [{ pointer: "/zone", detail: "is not a time zone" }] }),
    );
    const { user } = await open();
    await user.clear(screen.getByLabelText("Time zone"));
    await user.type(screen.getByLabelText("Time zone"), "Mars/Base");
    await user.click(save());
    const zone = screen.getByLabelText("Time zone");
    await waitFor(() => expect(zone.getAttribute("aria-invalid")).toBe("true"));
    expect(zone).toHaveProperty("value", "Mars/Base");
  });

  it("repeats the same call with the same key after no answer came", async () => {
    let isLost = true;
    const calls = answerCalls(() => (isLost ? "lost" : { status: 200, json: HOURS }));
    const { user } = await open();
    await user.click(save());
    await screen.findByText("Hours not saved");
    isLost = false;
    await user.click(save());
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const keys = calls.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/.{16}/);
    expect(keys[1]).toBe(keys[0]);
  });
});
