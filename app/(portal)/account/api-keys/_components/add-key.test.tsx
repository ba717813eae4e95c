// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, show } from "@/lib/testing/components";
import { AddKey } from "./add-key";

const name = () => screen.getByLabelText("Name");
const send = () => screen.getByRole("button", { name: "Make key" });
const SECRET = "sp_abcdefghij_secret";

async function open() {
  const shown = show(<AddKey scopes={["read"]} />);
  await shown.user.click(screen.getByRole("button", { name: "Make a key" }));
  return shown;
}

describe("the form for an API key", () => {
  it("names an empty name, no scope and a wrong signing key", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { key: SECRET } }));
    const { user } = await open();
    await user.click(screen.getByRole("checkbox"));
    await user.type(screen.getByLabelText(/Public signing key/), "too short");
    await user.click(send());
    for (const fault of ["Enter a name", "Choose at least one scope", /^This is not an Ed25519/])
      expect(await screen.findByText(fault)).toBeDefined();
    expect(calls).toEqual([]);
  });

  it("sends one scope as a list, shows the key once, and asks before that is closed", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { key: SECRET } }));
    const { user } = await open();
    await user.type(name(), "Nightly ledger");
    await user.click(send());
    expect(await screen.findByText(SECRET)).toBeDefined();
    expect(calls[0]?.body).toMatchObject({ label: "Nightly ledger", scopes: ["read"] });
    expect(calls[0]?.body).toHaveProperty("expires_at");
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.getByText("What is shown here cannot be shown again.")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Go back" }));
    await user.click(screen.getByRole("button", { name: "I have saved it" }));
    expect(screen.queryByText(SECRET)).toBeNull();
  });
});
