// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { SetupDesk } from "./setup-desk";

const TOKEN = `01a00000-0000-7000-8000-000000000000.${"aB3_-".repeat(8)}abc`;
const VIEW = {
  ...{ step: "organisation", origin: "https://portal.example", organisation: null },
  expires_at: "2026-11-29T13:00:00Z",
};

beforeEach(() => {
  window.location.hash = `#${TOKEN}`;
});

describe("the page of a set-up link", () => {
  it("takes the token off the address and begins with the organisation", async () => {
    const calls = answerCalls(() => ({ status: 200, json: VIEW }));
    show(<SetupDesk />);
    expect(await screen.findByRole("heading", { name: "Your organisation" })).toBeDefined();
    expect(screen.getByText("https://portal.example")).toBeDefined();
    expect(calls[0]).toMatchObject({ path: "/api/auth/setup", body: { token: TOKEN } });
    expect(window.location.hash).toBe("");
  });

  it("sends the jurisdictions as codes, and continues to the person", async () => {
    const calls = answerCalls(({ path }) => ({
      status: 200,
      json: path.endsWith("/organisation") ? { ...VIEW, step: "administrator", organisation: "Havel" } : VIEW,
    }));
    const { user } = show(<SetupDesk />);
    await user.type(await screen.findByLabelText("Name"), "Havel");
    await user.type(screen.getByLabelText("Home jurisdictions"), "de, EU de");
    await user.click(screen.getByRole("button", { name: "Save and continue" }));
    expect(await screen.findByRole("heading", { name: "You, the first administrator" })).toBeDefined();
    expect(calls.at(-1)?.body).toMatchObject({
      token: TOKEN,
      name: "Havel",
      home_jurisdictions: ["DE", "EU"],
    });
  });

  it("asks for SETUP_TOKEN where the browser is elsewhere, and sends it from then on", async () => {
    const calls = answerCalls(({ body }) =>
      Object(body).setup_token === "a long token" ? { status: 200, json: VIEW } : problem(403, "setup.place"),
    );
    const { user } = show(<SetupDesk />);
    await user.click(await screen.findByRole("button", { name: "Continue" }));
    expect(screen.getAllByText("Enter the set-up token")).toHaveLength(2);
    await user.type(screen.getByLabelText("Set-up token"), "a long token");
    await user.click(screen.getByRole("button", { name: "Continue" }));
    expect(await screen.findByRole("heading", { name: "Your organisation" })).toBeDefined();
    expect(calls.at(-1)?.body).toEqual({ token: TOKEN, setup_token: "a long token" });
  });

  it.each([
    ["setup.refused", "The set-up link was not accepted"],
    ["setup.people", "This instance has people already"],
  ])("says for %s what to do, and leads to the sign-in", async (code, text) => {
    answerCalls(() => problem(403, code));
    show(<SetupDesk />);
    await waitFor(() => expect(document.body.textContent).toContain(text));
    expect(screen.getByRole("link", { name: "Go to sign-in" }).getAttribute("href")).toBe(
      "/sign-in?to=%2Fsetup",
    );
  });

  it("without a link says which command prints one", async () => {
    window.location.hash = "";
    show(<SetupDesk />);
    expect((await screen.findByRole("status")).textContent).toContain("npm run op -- setup link");
  });
});
