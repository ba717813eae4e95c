// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { PlaceHold } from "./place-hold";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const PLACED = { status: 201, json: { id: ID, until: "2027-01-01T00:00:00Z" } } as const;

const records = () => screen.getByLabelText("Transactions");
const reason = () => screen.getByLabelText("Reason");
const send = () => screen.getByRole("button", { name: "Place hold" });

describe("the form for a legal hold", () => {
  it("names every fault before anything is sent, and focuses the summary that leads to the controls", async () => {
    const calls = answerCalls(() => PLACED);
    const { user } = show(<PlaceHold />);
    await user.click(send());
    const summary = await screen.findByRole("alert", { name: "Hold not placed" });
    await waitFor(() => expect(document.activeElement).toBe(summary));
    expect(
      within(summary)
        .getAllByRole("link")
        .map(({ textContent }) => textContent),
    ).toEqual(["Enter the transactions to keep", "Give a reason"]);
    await user.click(within(summary).getByRole("link", { name: "Give a reason" }));
    expect(document.activeElement).toBe(reason());
    expect(reason().getAttribute("aria-invalid")).toBe("true");
    expect(calls).toEqual([]);
  });

  it("drops a fault from the summary when it is corrected, without moving the focus", async () => {
    answerCalls(() => PLACED);
    const { user } = show(<PlaceHold />);
    await user.click(send());
    await user.type(reason(), "Examination");
    await waitFor(() => expect(reason().getAttribute("aria-invalid")).toBeNull());
    expect(screen.getByRole("alert").textContent).not.toContain("Give a reason");
    expect(document.activeElement).toBe(reason());
    await user.click(records());
    await user.paste("j".repeat(201));
    expect(
      (await screen.findAllByText(/One of these is neither a transaction number nor a job name/)).length,
    ).toBeGreaterThan(0);
  });

  it("shows the faults of a 422 at the same controls and in the same words", async () => {
    answerCalls(() =>
      problem(422, "request.invalid", {
        errors: [{ pointer: "/transactions/0", detail: "transaction not found" }],
      }),
    );
    const { user } = show(<PlaceHold />);
    await user.type(records(), ID);
    await user.type(reason(), "Examination");
    await user.click(send());
    const summary = await screen.findByRole("alert", { name: "Hold not placed" });
    await waitFor(() => expect(document.activeElement).toBe(summary));
    expect(
      within(summary).getByRole("link", {
        name: /One of these is neither a transaction number nor a job name/,
      }),
    ).toBeDefined();
    expect(records().getAttribute("aria-invalid")).toBe("true");
    expect(records()).toHaveProperty("value", ID);
  });

  it("shows a refusal that belongs to no control with its request id, keeps the typed text, and can be sent again", async () => {
    let isRefused = true;
    const calls = answerCalls(() => (isRefused ? problem(503, "service.unavailable") : PLACED));
    const { user } = show(<PlaceHold />);
    await user.type(records(), ID);
    await user.type(reason(), "Examination");
    await user.click(send());
    expect(await screen.findByText("Hold not placed")).toBeDefined();
    expect(screen.getByText("req-1")).toBeDefined();
    isRefused = false;
    await user.click(send());
    expect(await screen.findByText(/Hold in force until/)).toBeDefined();
    const keys = calls.map(({ headers }) => headers.get("idempotency-key"));
    // The first outcome was unknown: the same content keeps its key.
    expect(keys).toEqual([keys[0], keys[0]]);
  });

  it("sends the schema's body once, shows the confirmation, reads the page again and starts empty", async () => {
    let answer = (): void => undefined;
    const calls = answerCalls(() => new Promise((resolve) => (answer = () => resolve(PLACED))));
    const { user, moves } = show(<PlaceHold />);
    await user.type(records(), `${ID}, ${ID}`);
    await user.type(reason(), " Examination ");
    await user.click(send());
    await waitFor(() => expect(send().getAttribute("aria-busy")).toBe("true"));
    await user.click(send());
    await user.type(reason(), "{Enter}");
    answer();
    expect(await screen.findByText(/Hold in force until/)).toBeDefined();
    expect(calls.map(({ body }) => body)).toEqual([{ transactions: [ID], reason: "Examination" }]);
    expect(moves).toEqual([["refresh"]]);
    await user.click(screen.getByRole("button", { name: "Place another" }));
    expect(records()).toHaveProperty("value", "");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("warns before the page is left with unsent text, and not after it was sent", async () => {
    answerCalls(() => PLACED);
    const { user } = show(<PlaceHold />);
    const leaves = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(leaves()).toBe(true);
    await user.type(records(), ID);
    expect(leaves()).toBe(false);
    await user.type(reason(), "Examination");
    await user.click(send());
    await screen.findByText(/Hold in force until/);
    expect(leaves()).toBe(true);
  });
});
