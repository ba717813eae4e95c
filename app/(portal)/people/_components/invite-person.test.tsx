// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, problem, type Reply, show } from "@/lib/testing/components";
import { InvitePerson } from "./invite-person";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const ORGANISATIONS = [{ id: ID, name: "Havel Clearing", kind: "operator" }];
const COMPANY = { id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e80", name: "Alder Ltd", kind: "company" };
const CLIENT = { id: "client-457", role: "client", organisation: { id: COMPANY.id }, needs_agreement: false };
const ASKED = {
  user_id: ID,
  state: "asked",
  invitation: null,
  agreement: { id: "a-1", kind: "invitation", subject: { kind: "person", id: ID, name: "Elif Kaya" } },
};
const drawer = () => within(screen.getByRole("dialog", { name: "Invite a person" }));

async function invite(reply: Reply, send = "Ask for agreement") {
  const calls = answerCalls(() => reply);
  const shown = show(
    <InvitePerson organisations={[...ORGANISATIONS, COMPANY]} participants={[CLIENT]} sendsMail />,
  );
  const { user } = shown;
  await user.click(screen.getByRole("button", { name: "Invite a person" }));
  await user.type(drawer().getByLabelText("Name"), "Elif Kaya");
  await user.type(drawer().getByLabelText("Work e-mail"), " e.kaya@havel-clearing.example ");
  await user.selectOptions(drawer().getByLabelText("Organisation"), "Havel Clearing");
  await user.type(drawer().getByLabelText("Reason"), "Joins the team");
  await user.click(drawer().getByRole("checkbox", { name: /legal review/ }));
  await user.click(drawer().getByRole("button", { name: send }));
  return { ...shown, calls };
}

describe("the drawer that invites a person", () => {
  it("sends what was typed, and leads to the agreement that waits for a second administrator", async () => {
    const { calls } = await invite({ status: 201, json: ASKED });
    expect(await screen.findByText("A second administrator must agree")).toBeDefined();
    expect(calls.map(({ body }) => body)).toEqual([
      {
        ...{ name: "Elif Kaya", email: "e.kaya@havel-clearing.example", organisation_id: ID },
        ...{ role: "coordinator", duties: ["legal"], reason: "Joins the team" },
      },
    ]);
    expect(screen.getByRole("link", { name: "View agreement" }).getAttribute("href")).toBe("/agreements/a-1");
  });

  it("shows a link once where this instance sends no mail", async () => {
    const invitation = {
      link: "https://portal.example/invitation#t",
      sent_to: null,
      expires_at: "2026-11-30T09:00:00Z",
    };
    await invite({ status: 201, json: { ...ASKED, state: "invited", agreement: null, invitation } });
    expect(await screen.findByText("https://portal.example/invitation#t")).toBeDefined();
    expect(screen.getByRole("button", { name: "I have handed it over" })).toBeDefined();
  });

  it("asks for no reason where no one has to agree, and says who is invited when the link was handed over", async () => {
    const invitation = {
      link: "https://x.example/invitation#t",
      sent_to: null,
      expires_at: "2026-11-30T09:00:00Z",
    };
    const calls = answerCalls(() => ({
      status: 201,
      json: { ...ASKED, state: "invited", agreement: null, invitation },
    }));
    const { user, moves } = show(
      <InvitePerson organisations={[COMPANY]} participants={[CLIENT]} sendsMail={false} />,
    );
    await user.click(screen.getByRole("button", { name: "Invite a person" }));
    await user.type(drawer().getByLabelText("Name"), "Owen Finch");
    await user.type(drawer().getByLabelText("Work e-mail"), "owen@alder.example");
    await user.selectOptions(drawer().getByLabelText("Role"), "Client");
    await user.selectOptions(drawer().getByLabelText("Organisation"), "Alder Ltd");
    await user.click(drawer().getByRole("button", { name: "Make the invitation link" }));
    expect(await screen.findByText("Hand this link to Owen Finch yourself")).toBeDefined();
    expect(Object(calls[0]?.body)).not.toHaveProperty("reason");
    expect(moves).toEqual([]);
    await user.click(screen.getByRole("button", { name: "I have handed it over" }));
    expect(await screen.findByText("Owen Finch is invited.")).toBeDefined();
    expect(moves).toEqual([["refresh"]]);
  });

  it("says before it is sent that a participant with people needs an agreement, and asks for its reason", async () => {
    const calls = answerCalls(() => ({ status: 201, json: ASKED }));
    const { user } = show(
      <InvitePerson
        organisations={[COMPANY]}
        participants={[{ ...CLIENT, needs_agreement: true }]}
        sendsMail
      />,
    );
    await user.click(screen.getByRole("button", { name: "Invite a person" }));
    await user.type(drawer().getByLabelText("Name"), "Owen Finch");
    await user.type(drawer().getByLabelText("Work e-mail"), "owen@alder.example");
    await user.selectOptions(drawer().getByLabelText("Role"), "Client");
    await user.selectOptions(drawer().getByLabelText("Organisation"), "Alder Ltd");
    expect(drawer().getByText(/So a second administrator must agree/)).toBeDefined();
    await user.click(drawer().getByRole("button", { name: "Ask for agreement" }));
    expect(await screen.findByText("Enter the reason")).toBeDefined();
    expect(calls).toEqual([]);
  });

  it.each([
    [409, "person.mailbox", /already has an account/],
    [422, "person.address", /does not belong to a verified domain/],
    [422, "person.duties", /An administrator cannot also/],
    [409, "agreement.open", /already waits for a second person/],
  ])("explains the refusal %i %s", async (status, code, words) => {
    await invite(problem(status, code));
    expect(await screen.findByText(words)).toBeDefined();
  });

  it("asks for the participant of a client instead of duties", async () => {
    const { user } = show(
      <InvitePerson organisations={[...ORGANISATIONS, COMPANY]} participants={[CLIENT]} sendsMail />,
    );
    await user.click(screen.getByRole("button", { name: "Invite a person" }));
    await user.selectOptions(drawer().getByLabelText("Role"), "Client");
    expect(drawer().getByLabelText("Participant")).toBeDefined();
    expect(drawer().queryByRole("checkbox")).toBeNull();
    expect(drawer().getByRole("button", { name: "Send invitation" })).toBeDefined();
  });

  it("fills in the usual role of the organisation, until another role is chosen", async () => {
    const agency = { id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e81", name: "Markets Office", kind: "agency" };
    const { user } = show(
      <InvitePerson organisations={[...ORGANISATIONS, COMPANY, agency]} participants={[CLIENT]} sendsMail />,
    );
    await user.click(screen.getByRole("button", { name: "Invite a person" }));
    const role = () => drawer().getByLabelText<HTMLSelectElement>("Role").value;
    const choose = (label: string, option: string) =>
      user.selectOptions(drawer().getByLabelText(label), option);
    await choose("Organisation", "Alder Ltd");
    expect(role()).toBe("client");
    expect(drawer().getByLabelText<HTMLInputElement>("Participant").value).toBe("client-457");
    await choose("Organisation", "Markets Office");
    expect(role()).toBe("regulator");
    await choose("Role", "Auditor");
    await choose("Organisation", "Havel Clearing");
    expect(role()).toBe("auditor");
  });

  it("fills in the only organisation", async () => {
    const { user } = show(<InvitePerson organisations={ORGANISATIONS} participants={[]} sendsMail />);
    await user.click(screen.getByRole("button", { name: "Invite a person" }));
    expect(drawer().getByLabelText<HTMLSelectElement>("Organisation").value).toBe(ID);
  });

  it("fills in the only participant of the organisation and role, and says where there is none", async () => {
    const { user } = show(
      <InvitePerson organisations={[...ORGANISATIONS, COMPANY]} participants={[CLIENT]} sendsMail />,
    );
    await user.click(screen.getByRole("button", { name: "Invite a person" }));
    await user.selectOptions(drawer().getByLabelText("Role"), "Client");
    await user.selectOptions(drawer().getByLabelText("Organisation"), "Alder Ltd");
    expect(drawer().getByLabelText<HTMLInputElement>("Participant").value).toBe("client-457");
    await user.selectOptions(drawer().getByLabelText("Role"), "Provider (miner)");
    expect(drawer().getByText(/Add a participant of this organisation and role first/)).toBeDefined();
  });
});
