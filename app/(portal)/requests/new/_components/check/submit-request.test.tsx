// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { answerCalls, problem, type Reply, show } from "@/lib/testing/components";
import { SubmitRequest } from "./submit-request";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";

/** Shows the button with these answers of the portal, one for each press. */
function submit(...replies: readonly Reply[]) {
  const replace = vi.spyOn(location, "replace").mockReturnValue(undefined);
  onTestFinished(() => replace.mockRestore());
  const left = [...replies];
  const calls = answerCalls(() => left.shift() ?? "lost");
  const shown = show(<SubmitRequest id={ID} person="regulator-001" form={`/requests/new?draft=${ID}`} />);
  const press = () => shown.user.click(screen.getByRole("button", { name: "Submit" }));
  return { ...shown, calls, press, replace };
}

describe("submitting a request", () => {
  it("keeps the page after a lost answer, and a second press submits once and leads on", async () => {
    const { calls, moves, press, replace } = submit("lost", { status: 200, json: { id: ID } });
    await press();
    expect(await screen.findByText(/no second request is made/)).toBeDefined();
    // Reading the page again would lead to the request, away from this explanation.
    expect(moves).toEqual([]);
    await press();
    await waitFor(() => expect(replace.mock.calls).toEqual([[`/requests/new/sent?request=${ID}`]]));
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ headers }) => headers.get("idempotency-key"))).size).toBe(1);
  });

  it("links to a request that was submitted elsewhere, and keeps the link on the page", async () => {
    const { moves, press } = submit(problem(409, "request.illegal-transition"));
    await press();
    const link = await screen.findByRole("link", { name: "View request" });
    expect(link.getAttribute("href")).toBe(`/requests/${ID}`);
    expect(moves).toEqual([]);
  });
});
