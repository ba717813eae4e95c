// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, show } from "@/lib/testing/components";
import { AddKey } from "./add-key";

const name = () => screen.getByLabelText("Name");
const send = () => screen.getByRole("button", { name: "Make key" });
const SECRET = "sp_abcdefghij_secret";

describe("the form for an API key", () => {
  it("names an empty name, no scope and a wrong signing key", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { key: SECRET } }));
    const { user } = show(<AddKey scopes={["read"]} />);
    await user.click(screen.getByRole("checkbox"));
    await user.type(screen.getByLabelText(/Public signing key/), "too short");
    await user.click(send());
    const summary = await screen.findByRole("alert");
    expect(within(summary).getAllByRole("link")).toHaveLength(3);
    expect(calls).toEqual([]);
  });

  it("sends one scope as a list, shows the key once, and then an empty form with the focus on the name", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { key: SECRET } }));
    const { user } = show(<AddKey scopes={["read"]} />);
    await user.type(name(), "Nightly ledger");
    await user.click(send());
    expect(await screen.findByText(SECRET)).toBeDefined();
    expect(calls[0]?.body).toMatchObject({ label: "Nightly ledger", scopes: ["read"] });
    expect(calls[0]?.body).toHaveProperty("expires_at");
    await user.click(screen.getByRole("button", { name: "I have saved it" }));
    expect(screen.queryByText(SECRET)).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(name()));
    expect(name()).toHaveProperty("value", "");
  });
});
