// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Provisioning } from "@/lib/administration/provisioning/schema";
import { answerCalls, show } from "@/lib/testing/components";
import { ChangeSettings } from "./settings-form";
import { MakeToken } from "./token-acts";

const ID = "018f0000-0000-7000-8000-000000000001";
const NONE: Provisioning = {
  ...{ id: ID, address: "http://localhost:3000/scim/v2", settings: null, domains: [] },
  ...{ tokens: [], calls: [], groups: [], differing: [] },
};
async function open(kind: string) {
  const shown = show(<ChangeSettings provisioning={NONE} kind={kind} />);
  await shown.user.click(screen.getByRole("button", { name: "Set up provisioning" }));
  return shown;
}
const send = () => screen.getByRole("button", { name: "Ask for agreement" });

describe("the settings of provisioning", () => {
  it("are sent with each mapped group read from its line", async () => {
    const calls = answerCalls(() => ({ status: 202, json: { id: ID } }));
    const { user, moves } = await open("operator");
    await user.type(screen.getByLabelText("E-mail domains"), "Operator.example");
    await user.type(screen.getByLabelText("Mapped groups"), "Legal team; coordinator; legal, compliance");
    await user.type(screen.getByLabelText("Reason"), "uses one");
    await user.click(send());
    await waitFor(() => expect(moves).toEqual([["push", `/agreements/${ID}`]]));
    expect(calls[0]?.body).toEqual({
      email_domains: ["operator.example"],
      groups: [{ name: "Legal team", role: "coordinator", duties: ["legal", "compliance"] }],
      reason: "uses one",
    });
  });

  it("name a line that has no known role, and ask an agency for no domains", async () => {
    const calls = answerCalls(() => ({ status: 202, json: {} }));
    const { user } = await open("agency");
    expect(screen.queryByLabelText("E-mail domains")).toBeNull();
    await user.type(screen.getByLabelText("Mapped groups"), "Legal team; boss");
    await user.type(screen.getByLabelText("Reason"), "uses one");
    await user.click(send());
    await screen.findByText("Enter name; role; duties, with a role and duties that exist");
    expect(calls).toEqual([]);
  });
});

it("a token is shown once, after it was made", async () => {
  const calls = answerCalls(() => ({ status: 201, json: { token: "scim_abc_secret" } }));
  const { user } = show(<MakeToken id={ID} />);
  await user.click(screen.getByRole("button", { name: "Make a token" }));
  await user.selectOptions(screen.getByLabelText("Works for"), "180");
  await user.click(screen.getByRole("button", { name: "Make token" }));
  expect(await screen.findByText("scim_abc_secret")).toBeDefined();
  expect(calls[0]?.body).toEqual({ days: 180 });
  await user.click(screen.getByRole("button", { name: "I have saved it" }));
  expect(screen.queryByText("scim_abc_secret")).toBeNull();
});
