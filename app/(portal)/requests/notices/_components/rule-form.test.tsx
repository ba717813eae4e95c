// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { NoticeRules } from "@/lib/access/notices/schema";
import { answerCalls, show } from "@/lib/testing/components";
import { ChangeRules } from "./rule-form";

const rule = (purpose: "audit" | "compliance", notice: "none" | "queued"): NoticeRules["items"][number] => ({
  kind: "court_order",
  purpose,
  notice,
});
const RULES = [rule("audit", "queued"), rule("compliance", "none")];

async function openForm() {
  const calls = answerCalls(() => ({ status: 200, json: { items: RULES, receipt: {} } }));
  const shown = show(<ChangeRules rules={RULES} />);
  await shown.user.click(screen.getByRole("button", { name: "Change notices: Court order" }));
  const dialog = within(await screen.findByRole("dialog"));
  return { ...shown, calls, dialog };
}

describe("the form that changes notices", () => {
  it("begins with the rules as they are, and saves nothing without a change", async () => {
    const { user, calls, dialog } = await openForm();
    expect(dialog.getByLabelText("Audit")).toHaveProperty("value", "queued");
    expect(dialog.getByLabelText("Compliance")).toHaveProperty("value", "none");
    await user.type(dialog.getByLabelText("Reason, kept in the log"), "No change.");
    await user.click(dialog.getByRole("button", { name: "Save rules" }));
    expect(await dialog.findByText("Change at least one purpose")).toBeDefined();
    expect(calls).toEqual([]);
  });

  it("sends only the rules that were changed, each with the reason", async () => {
    const { user, calls, dialog } = await openForm();
    await user.selectOptions(dialog.getByLabelText("Compliance"), "Sent by a person");
    await user.click(dialog.getByRole("button", { name: "Save rules" }));
    expect(await dialog.findByText("Enter the reason")).toBeDefined();
    await user.type(dialog.getByLabelText("Reason, kept in the log"), " The seal law changed. ");
    await user.click(dialog.getByRole("button", { name: "Save rules" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls.map(({ body }) => body)).toEqual([
      { kind: "court_order", purpose: "compliance", notice: "queued", reason: "The seal law changed." },
    ]);
  });
});
