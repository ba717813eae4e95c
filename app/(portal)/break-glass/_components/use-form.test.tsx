// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { MIN_REASON_LENGTH } from "@/lib/escrow/protocol/break-glass-statement";
import { answerCalls, show } from "@/lib/testing/components";
import { UseForm } from "./use-form";

const id = (n: number): string => `01a00000-0000-7000-8000-00000000000${n}`;
const found = { participants: ["Nordwind"], timestamp: "2026-11-20T09:00:00.000Z" };
const REASON = "Settlement stands still.";
const STANDING = "/confidential/account/roster";

const transactions = () => screen.getByLabelText("Transactions");
const amount = () => screen.getByLabelText("Amount");
const reason = () => screen.getByLabelText("Reason");
const send = () => screen.getByRole("button", { name: "Start emergency access" });

describe("the form for emergency access", () => {
  it.each([
    ["no number", " ", REASON, "Enter a transaction number or the name of a job"],
    ["four numbers", [1, 2, 3, 4].map(id).join(" "), REASON, "Enter at most three transactions"],
    [
      "a job that is not found",
      `${id(1)} job-12`,
      REASON,
      "Enter complete transaction numbers or names of jobs, one per line",
    ],
    ["nineteen characters", id(1), "x".repeat(19), "Enter the reason in at least 20 characters"],
    [
      "a reason filled up with spaces",
      id(1),
      `short${" ".repeat(30)}`,
      "Enter the reason in at least 20 characters",
    ],
  ])("names the fault of %s and asks for no confirmation", async (_what, records, why, fault) => {
    answerCalls(() => ({ status: 200, json: { items: [], next_cursor: null } }));
    const { user } = show(<UseForm transaction={undefined} shortest={MIN_REASON_LENGTH} />);
    await user.type(transactions(), records);
    await user.click(amount());
    await user.type(reason(), why);
    await user.click(send());
    const summary = await screen.findByRole("alert", { name: "Some entries are missing" });
    expect(
      within(summary)
        .getAllByRole("link")
        .map(({ textContent }) => textContent),
    ).toEqual([fault]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("names every empty control, in the order of the page", async () => {
    const { user } = show(<UseForm transaction={undefined} shortest={MIN_REASON_LENGTH} />);
    await user.click(send());
    const summary = await screen.findByRole("alert");
    expect(within(summary).getAllByRole("link")).toHaveLength(3);
  });

  it("shows what will be sent, sends it once, and leads to the emergency access", async () => {
    const calls = answerCalls(({ path }) =>
      path === STANDING
        ? { status: 200, json: { signed_by: "portal", keys: [], rp_id: "portal.example" } }
        : { status: 201, json: { id: id(9) } },
    );
    const { user, moves } = show(<UseForm transaction={id(1)} shortest={MIN_REASON_LENGTH} />);
    await user.type(transactions(), `\n${id(2)}, ${id(1).toUpperCase()};`);
    await user.click(amount());
    await user.type(reason(), ` ${REASON} `);
    await user.click(send());
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText(REASON)).toBeDefined();
    await user.click(within(dialog).getByRole("button", { name: "Start emergency access" }));
    await waitFor(() => expect(moves).toContainEqual(["push", `/break-glass/${id(9)}`]));
    expect(calls.find(({ path }) => path !== STANDING)?.body).toEqual({
      transactions: [id(1), id(2)],
      fields: ["amount"],
      reason: REASON,
    });
  });

  it("finds transactions by their job, and names the job before it is confirmed", async () => {
    const calls = answerCalls(({ path }) => ({
      status: 200,
      json: path.startsWith("/confidential/transactions")
        ? {
            items: [
              {
                transaction_id: id(3),
                job_id: "render-88-4112",
                participants: ["Nordwind"],
                timestamp: "2026-11-20T09:00:00.000Z",
              },
            ],
            next_cursor: null,
          }
        : { signed_by: "portal", keys: [], rp_id: "portal.example" },
    }));
    const { user } = show(<UseForm transaction={id(1)} shortest={MIN_REASON_LENGTH} />);
    await user.click(screen.getByRole("button", { name: "Find by job" }));
    await user.type(screen.getByLabelText("Job"), "render-88-4112{Enter}");
    await user.click(await screen.findByRole("button", { name: /^Add/ }));
    expect(transactions()).toHaveProperty("value", `${id(1)}\n${id(3)}`);
    expect(calls.some(({ path }) => path.includes("job_id=render-88-4112"))).toBe(true);
    await user.click(amount());
    await user.type(reason(), REASON);
    await user.click(send());
    expect(within(await screen.findByRole("dialog")).getByText(/render-88-4112/)).toBeDefined();
  });

  it("takes the name of a job with one transaction in place of its number", async () => {
    answerCalls(({ path }) => ({
      status: 200,
      json: path.startsWith("/confidential/transactions")
        ? { items: [{ ...found, transaction_id: id(3), job_id: "Render 88-4112" }], next_cursor: null }
        : { signed_by: "portal", keys: [], rp_id: "portal.example" },
    }));
    const { user } = show(<UseForm transaction={undefined} shortest={MIN_REASON_LENGTH} />);
    await user.type(transactions(), "Render 88-4112");
    await user.click(amount());
    await user.type(reason(), REASON);
    await user.click(send());
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/Render 88-4112/)).toBeDefined();
    expect(dialog.getByTitle(id(3))).toBeDefined();
    expect(transactions()).toHaveProperty("value", "Render 88-4112");
  });

  it("keeps what was typed when the confirmation is cancelled", async () => {
    const { user } = show(<UseForm transaction={id(1)} shortest={MIN_REASON_LENGTH} />);
    await user.click(amount());
    await user.type(reason(), REASON);
    await user.click(send());
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Cancel" }));
    expect(reason()).toHaveProperty("value", REASON);
    expect(amount()).toHaveProperty("checked", true);
  });
});
