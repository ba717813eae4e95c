// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { BulkRequests, SelectRequest } from "./bulk-withdraw";

const list = () =>
  show(
    <BulkRequests>
      <SelectRequest id="r1" reference="AR-2026-1" />
      <SelectRequest id="r2" reference="AR-2026-2" />
      <SelectRequest id="r3" reference="AR-2026-3" />
    </BulkRequests>,
  );
const choose = (number: number) => screen.getByRole("checkbox", { name: `Choose AR-2026-${number}` });

describe("several requests", () => {
  it("are withdrawn one by one after they were listed, with the same reason", async () => {
    const calls = answerCalls(() => ({ status: 200, json: {} }));
    const { user, moves } = list();
    expect(screen.queryByRole("button", { name: /Withdraw/ })).toBeNull();
    await user.click(choose(1));
    await user.click(choose(3));
    await user.click(screen.getByRole("button", { name: "Withdraw 2 requests" }));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["AR-2026-1", "AR-2026-3"]);
    await user.type(dialog.getByLabelText("Reason optional"), "Filed twice");
    await user.click(dialog.getByRole("button", { name: "Withdraw 2 requests" }));
    await waitFor(() => expect(moves).toEqual([["refresh"]]));
    expect(calls.map(({ path, body }) => [path, body])).toEqual([
      ["/confidential/access/requests/r1/withdraw", { reason: "Filed twice" }],
      ["/confidential/access/requests/r3/withdraw", { reason: "Filed twice" }],
    ]);
    expect(screen.queryByText(/chosen/)).toBeNull();
  });

  it("stop at the first that fails, name it, and leave those that were withdrawn out of the choice", async () => {
    answerCalls(({ path }) =>
      path.includes("r2") ? problem(409, "request.conflict") : { status: 200, json: {} },
    );
    const { user } = list();
    for (const number of [1, 2, 3]) await user.click(choose(number));
    await user.click(screen.getByRole("button", { name: "Withdraw 3 requests" }));
    const dialog = within(screen.getByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Withdraw 3 requests" }));
    await waitFor(() =>
      expect(screen.getByRole("dialog").textContent).toContain("AR-2026-2 was not withdrawn"),
    );
    expect(dialog.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["AR-2026-2", "AR-2026-3"]);
  });
});
