import { screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Failure } from "@/components/layout/failure";
import { show } from "@/lib/testing/components";

it("a page that failed says that nothing happened, and gives the operator what to look for", async () => {
  document.body.dataset.requestId = "0193-request";
  const retry = vi.fn();
  const { user } = show(<Failure error={{ digest: "77", message: "Too small: a secret" }} retry={retry} />);
  expect(document.body.textContent).toContain("Nothing was changed or opened.");
  expect(document.body.textContent).not.toContain("Too small");
  expect(screen.getByText("0193-request").closest("details")).not.toBeNull();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
  await user.click(screen.getByText("Details"));
  await user.click(screen.getByText("Copy for the operator"));
  await waitFor(() => expect(document.body.textContent).toContain("Copied"));
  expect(await navigator.clipboard.readText()).toMatch(/^Request id: 0193-request\n.*: 77\nTime: 20/);
});
