// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { CommentButton } from "./comment-button";
import { DeadlineActs } from "./deadline-acts";
import { IdentityButton } from "./identity-button";
import { Withdraw } from "./withdraw";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const PATH = `/confidential/access/requests/${ID}`;
const DONE = { status: 200, json: { id: ID } } as const;

const requestWith = (members: Partial<RequestView>) =>
  ({ id: ID, reference: "AR-1", acts: [], ...members }) as RequestView;

describe("acts on a request's deadline", () => {
  it("extend by a day only when one is chosen, and always with a reason", async () => {
    const calls = answerCalls(() => DONE);
    const request = requestWith({ acts: ["extend"], extendable_until: "2026-12-24T12:00:00Z" });
    const { user } = show(<DeadlineActs request={request} />);
    for (const day of ["", "2026-12-20"]) {
      await user.click(screen.getByRole("button", { name: "Extend deadline" }));
      const due = screen.getByLabelText(/^Answer due/);
      expect(due).toHaveProperty("max", "2026-12-24");
      if (day !== "") await user.type(due, day);
      await user.type(
        screen.getByLabelText("Reason for the requester and the reviewers"),
        "The archive is abroad",
      );
      await user.click(inDialogYes("Extend deadline"));
      await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    }
    const reason = "The archive is abroad";
    expect(calls.map(({ path, body }) => [path, body])).toEqual([
      [`${PATH}/extensions`, { reason }],
      [`${PATH}/extensions`, { reason, until: "2026-12-20" }],
    ]);
  });

  it("claim a privilege and settle it with one operation", async () => {
    const calls = answerCalls(() => DONE);
    const { user } = show(<DeadlineActs request={requestWith({ acts: ["object", "settle"] })} />);
    for (const [opens, does] of [
      ["Claim a privilege", "Claim privilege"],
      ["Settle claim", "Settle claim"],
    ] as const) {
      await user.click(screen.getByRole("button", { name: opens }));
      await user.type(screen.getByLabelText("Reason for the requester and the reviewers"), "Letters");
      await user.click(inDialogYes(does));
      await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    }
    expect(calls.map(({ body }) => body)).toEqual([
      { reason: "Letters", act: "raise" },
      { reason: "Letters", act: "settle" },
    ]);
  });
});

describe("withdrawing", () => {
  it("needs no reason, and calls the administrators' operation for a request that cannot be read", async () => {
    const calls = answerCalls(() => DONE);
    const { user } = show(<Withdraw requestId={ID} reference="AR-1" by="administrator" />);
    await user.click(screen.getByRole("button", { name: "Withdraw" }));
    await user.click(inDialogYes("Withdraw"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls.map(({ path, body }) => [path, body])).toEqual([
      [`/confidential/admin/requests/${ID}/withdraw`, {}],
    ]);
  });
});

describe("a comment", () => {
  it("is not sent empty, keeps its text when the call fails, and is gone once sent", async () => {
    let isDown = true;
    const calls = answerCalls(() => (isDown ? problem(503, "service.unavailable") : DONE));
    const { user } = show(<CommentButton requestId={ID} isAnswer={false} />);
    await user.click(screen.getByRole("button", { name: "Comment" }));
    await user.click(await screen.findByRole("button", { name: "Send" }));
    expect(await screen.findByText("Enter a comment")).toBeDefined();
    const box = screen.getByRole("textbox", { name: "Comment" });
    expect(document.activeElement).toBe(box);
    await user.type(box, "Which archive? ");
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("The action failed")).toBeDefined();
    expect(box).toHaveProperty("value", "Which archive? ");
    isDown = false;
    await user.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.click(screen.getByRole("button", { name: "Comment" }));
    expect(await screen.findByRole("textbox", { name: "Comment" })).toHaveProperty("value", "");
    expect(calls.map(({ body }) => body)).toEqual(Array(2).fill({ comment: "Which archive?" }));
    expect(new Set(calls.map(({ headers }) => headers.get("idempotency-key"))).size).toBe(1);
  });
});

describe("an identity check", () => {
  it("confirms only with a called number, and shows that a check without a call is not enough", async () => {
    const calls = answerCalls(() => ({ status: 200, json: { id: ID, is_valid: false } }));
    const check = { contacts: ["+49 30 1"], domain: "agency.example", is_domain_verified: true };
    const { user } = show(
      <IdentityButton
        requestId={ID}
        officer="Ines Weber"
        check={check as Parameters<typeof IdentityButton>[0]["check"]}
      />,
    );
    await user.click(screen.getByRole("button", { name: "Record check" }));
    await user.click(await screen.findByLabelText(/^I called the requester/));
    await user.type(screen.getByLabelText("How you checked"), "By letter");
    await user.click(inDialogYes("Record check"));
    expect(await screen.findByText("Choose the number that you called")).toBeDefined();
    expect(calls).toEqual([]);
    await user.click(screen.getByLabelText(/^I called the requester/));
    await user.click(inDialogYes("Record check"));
    expect(await screen.findByText(/can only be approved with both checks/)).toBeDefined();
    await user.click(screen.getByLabelText(/^I called the requester/));
    await user.selectOptions(screen.getByLabelText("Number called"), "+49 30 1");
    await user.click(inDialogYes("Record check"));
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls.map(({ body }) => body)).toEqual([
      { is_confirmed: false, note: "By letter" },
      { called_number: "+49 30 1", is_confirmed: true, note: "By letter" },
    ]);
  });
});

/** The button of the open dialog; the one that opened it may have the same name. */
function inDialogYes(name: string): HTMLElement {
  const found = screen.getAllByRole("button", { name }).filter((button) => button.closest("dialog") !== null);
  const [yes] = found;
  if (yes === undefined || found.length > 1)
    throw new Error(`one button ${name} in a dialog, not ${found.length}`);
  return yes;
}
