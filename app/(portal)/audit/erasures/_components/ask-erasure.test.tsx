// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, problem, type Reply, show } from "@/lib/testing/components";
import { AskErasure } from "./ask-erasure";

const person = () => screen.getByLabelText("Person’s name in statements");
const reason = () => screen.getByLabelText("Reason");
const send = () => screen.getByRole("button", { name: "Request erasure" });

async function ask(reply: Reply) {
  const calls = answerCalls(() => reply);
  const shown = show(<AskErasure />);
  await shown.user.click(screen.getByRole("button", { name: "Request an erasure" }));
  await shown.user.type(person(), " client-456 ");
  await shown.user.type(reason(), "Their request");
  await shown.user.click(send());
  return { ...shown, calls };
}

describe("the form for an erasure", () => {
  it("names an unknown person at the control, until something else is typed there", async () => {
    const errors = [{ pointer: "/subject", detail: "is not in the log" }];
    const { user } = await ask(problem(422, "request.invalid", { errors }));
    expect(await screen.findByText("The log has no data about a person with this name")).toBeDefined();
    await waitFor(() => expect(document.activeElement).toBe(person()));
    expect(screen.queryByText("req-1")).toBeNull();
    await user.type(person(), "7");
    await waitFor(() => expect(person().getAttribute("aria-invalid")).toBeNull());
  });

  it.each([
    ["decision.self", /You cannot request the erasure of your own data/],
    ["request.conflict", /An erasure for this person is already under way/],
  ])("explains the refusal %s in words of its own", async (code, words) => {
    await ask(problem(code === "decision.self" ? 403 : 409, code));
    expect(await screen.findByText(words)).toBeDefined();
  });

  it("shows the person from the form, because the answer to a repeated call has no subject", async () => {
    const { calls } = await ask({ status: 201, json: { id: "e-1", state: "asked" } });
    expect(await screen.findByText("client-456")).toBeDefined();
    expect(calls.map(({ body }) => body)).toEqual([{ subject: "client-456", reason: "Their request" }]);
  });
});
