// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { PlaceHold } from "./place-hold";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const PLACED = { status: 201, json: { id: ID, until: "2027-01-01T00:00:00Z" } } as const;

const opener = () => screen.getByRole("button", { name: "Place a legal hold" });
const records = () => screen.getByLabelText("Transactions");
const reason = () => screen.getByLabelText("Reason");
const send = () => screen.getByRole("button", { name: "Place hold" });
const drawer = () => screen.queryByRole("dialog", { name: "Place a legal hold" });

async function open() {
  const shown = show(<PlaceHold />);
  await shown.user.click(opener());
  return shown;
}

describe("the drawer for a legal hold", () => {
  it("names every fault before anything is sent, and focuses the first wrong control", async () => {
    const calls = answerCalls(() => PLACED);
    const { user } = await open();
    await user.click(send());
    expect(await screen.findByText("Enter the transactions to keep")).toBeDefined();
    expect(screen.getByText("Enter the reason")).toBeDefined();
    await waitFor(() => expect(document.activeElement).toBe(records()));
    await user.type(reason(), "Examination");
    await waitFor(() => expect(reason().getAttribute("aria-invalid")).toBeNull());
    await user.click(records());
    await user.paste("j".repeat(201));
    expect(await screen.findByText(/One of these is not a transaction number or a job name/)).toBeDefined();
    expect(calls).toEqual([]);
  });

  it("shows the faults of a 422 at the same controls and in the same words", async () => {
    answerCalls(() =>
      problem(422, "request.invalid", {
        errors: [{ pointer: "/transactions/0", detail: "transaction not found" }],
      }),
    );
    const { user } = await open();
    await user.type(records(), ID);
    await user.type(reason(), "Examination");
    await user.click(send());
    expect(await screen.findByText(/One of these is not a transaction number or a job name/)).toBeDefined();
    await waitFor(() => expect(document.activeElement).toBe(records()));
    expect(records()).toHaveProperty("value", ID);
  });

  it("shows a refusal that belongs to no control with its request id, keeps the typed text, and can be sent again", async () => {
    let isRefused = true;
    const calls = answerCalls(() => (isRefused ? problem(503, "service.unavailable") : PLACED));
    const { user } = await open();
    await user.type(records(), ID);
    await user.type(reason(), "Examination");
    await user.click(send());
    expect(await screen.findByText("Hold not placed")).toBeDefined();
    expect(await screen.findByText("req-1")).toBeDefined();
    isRefused = false;
    await user.click(send());
    expect(await screen.findByText(/Hold in force until/)).toBeDefined();
    const keys = calls.map(({ headers }) => headers.get("idempotency-key"));
    // The first outcome was unknown: the same content keeps its key.
    expect(keys).toEqual([keys[0], keys[0]]);
  });

  it("sends the schema's body once, shows the confirmation with the focus there, and reads the page again", async () => {
    let answer = (): void => undefined;
    const calls = answerCalls(() => new Promise((resolve) => (answer = () => resolve(PLACED))));
    const { user, moves } = await open();
    await user.type(records(), `${ID}, ${ID}`);
    await user.type(reason(), " Examination ");
    await user.click(send());
    await waitFor(() => expect(send().getAttribute("aria-busy")).toBe("true"));
    await user.click(send());
    await user.type(reason(), "{Enter}");
    answer();
    expect(await screen.findByText(/Hold in force until/)).toBeDefined();
    await waitFor(() => expect(document.activeElement?.contains(screen.getByRole("status"))).toBe(true));
    expect(document.activeElement).not.toBe(document.body);
    expect(calls.map(({ body }) => body)).toEqual([{ transactions: [ID], reason: "Examination" }]);
    expect(moves).toEqual([["refresh"]]);
    await user.click(screen.getByRole("button", { name: "Done" }));
    expect(drawer()).toBeNull();
  });

  it("asks before it drops typed text, and does not where nothing was typed", async () => {
    answerCalls(() => PLACED);
    const { user } = await open();
    const close = () => user.click(screen.getByRole("button", { name: "Close" }));
    await close();
    expect(drawer()).toBeNull();
    await user.click(opener());
    const leaves = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(leaves()).toBe(true);
    await user.type(reason(), "Examination");
    expect(leaves()).toBe(false);
    await close();
    expect(screen.getByText("What you typed is not kept.")).toBeDefined();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Go back" })));
    await user.click(screen.getByRole("button", { name: "Go back" }));
    expect(reason()).toHaveProperty("value", "Examination");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await user.click(screen.getByRole("button", { name: "Discard" }));
    expect(drawer()).toBeNull();
    await user.click(opener());
    expect(reason()).toHaveProperty("value", "");
  });

  it("is open, with the records filled in, for an address that names them", () => {
    show(<PlaceHold records={ID} />);
    expect(drawer()).not.toBeNull();
    expect(records()).toHaveProperty("value", ID);
  });
});
