// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Agreement } from "@/lib/administration/agreements/schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { AgreementActs } from "./agreement-acts";
import { ChangeTable } from "./agreement-words";

const AGREEMENT: Agreement = {
  id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f",
  kind: "duties",
  state: "open",
  subject: { kind: "person", id: "p-1", name: "Elif Kaya" },
  before: { role: "coordinator", duties: ["legal"] },
  after: { role: "coordinator", duties: ["approve", "privacy"] },
  reason: "moves",
  asked_by: "Greta Holm",
  asked_at: "2026-11-29T09:00:00Z",
  expires_at: "2026-12-13T09:00:00Z",
  agree_from: null,
  decided_by: null,
  decided_at: null,
  decision_reason: null,
  is_own: false,
  may_agree: true,
};
const buttons = () => screen.queryAllByRole("button").map(({ textContent }) => textContent);

describe("an agreement", () => {
  it("offers each reader what they may do, and nothing after its end", () => {
    const { rerender } = show(<AgreementActs agreement={AGREEMENT} />);
    expect(buttons()).toEqual(["Agree", "Send back", "Refuse"]);
    rerender(<AgreementActs agreement={{ ...AGREEMENT, may_agree: false }} />);
    expect(buttons()).toEqual(["Send back", "Refuse"]);
    rerender(<AgreementActs agreement={{ ...AGREEMENT, may_agree: false, is_own: true }} />);
    expect(buttons()).toEqual(["Withdraw"]);
    rerender(<AgreementActs agreement={{ ...AGREEMENT, state: "refused" }} />);
    expect(buttons()).toEqual([]);
  });

  it("shows the link of an invitation once the second person has agreed", async () => {
    const invitation = {
      link: "https://portal.example/invitation#t",
      sent_to: null,
      expires_at: AGREEMENT.expires_at,
    };
    const calls = answerCalls(() => ({ status: 200, json: { ...AGREEMENT, state: "agreed", invitation } }));
    const { user } = show(<AgreementActs agreement={{ ...AGREEMENT, kind: "invitation" }} />);
    await user.click(screen.getByRole("button", { name: "Agree" }));
    await user.click(screen.getAllByRole("button", { name: "Agree" }).at(-1) ?? document.body);
    expect(await screen.findByText("https://portal.example/invitation#t")).toBeDefined();
    expect(calls.map(({ path }) => path)).toEqual([`/confidential/agreements/${AGREEMENT.id}/agree`]);
  });

  it("closes without a link after a person was resumed who needs none, and reloads the page", async () => {
    answerCalls(() => ({ status: 200, json: { ...AGREEMENT, state: "agreed" } }));
    const { user, moves } = show(<AgreementActs agreement={{ ...AGREEMENT, kind: "resume" }} />);
    await user.click(screen.getByRole("button", { name: "Agree" }));
    await user.click(screen.getAllByRole("button", { name: "Agree" }).at(-1) ?? document.body);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(moves).toEqual([["refresh"]]);
  });

  it("names the person who decided first", async () => {
    answerCalls(() => problem(409, "agreement.ended", { decided_by: "Nils Aalto" }));
    const { user } = show(<AgreementActs agreement={AGREEMENT} />);
    await user.click(screen.getByRole("button", { name: "Agree" }));
    await user.click(screen.getAllByRole("button", { name: "Agree" }).at(-1) ?? document.body);
    expect(await screen.findByText(/Nils Aalto/)).toBeDefined();
  });

  it("shows what changes in words, and marks it", () => {
    show(<ChangeTable agreement={AGREEMENT} />);
    expect(screen.getByText("approvals; data protection").tagName).toBe("INS");
    expect(screen.getByText("legal review").tagName).toBe("DEL");
    expect(screen.getAllByText("Coordinator").map(({ tagName }) => tagName)).toEqual(["TD", "TD"]);
  });
});
