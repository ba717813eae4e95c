// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { CallRefused } from "./api";
import { CallFailure } from "./call-failure";

const PROBLEM = {
  status: 403,
  code: "auth.role",
  title: "Your role cannot make this call",
  detail: "",
  requestId: "req-1",
  errors: [],
  members: {},
};

it("a refusal shows its code at once, and its words in a live region when they are loaded", async () => {
  show(<CallFailure error={new CallRefused(PROBLEM)} title="Nothing was sent" />);
  expect(screen.getByText("auth.role")).toBeDefined();
  expect(screen.queryByRole("status")).toBeNull();
  const words = await screen.findByText("This is not available to your role.");
  expect(words.closest("[role=status]")?.textContent).toContain("Nothing was sent");
  expect(screen.queryByText("auth.role")).toBeNull();
});
