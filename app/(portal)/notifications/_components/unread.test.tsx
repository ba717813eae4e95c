// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { Unread } from "./unread";

describe("the top of the notifications", () => {
  it("says how many are unread without repeating the page's title", () => {
    show(<Unread count={3} newest="01931c2e-0000-7000-8000-000000000000" />);
    expect(screen.getByRole("status").textContent).toBe("3 unread");
    expect(screen.getByRole("button", { name: "Mark all as read" })).toBeTruthy();
    expect(screen.queryByRole("heading")).toBeNull();
  });

  it("marks nothing where all are read", () => {
    show(<Unread count={0} newest="01931c2e-0000-7000-8000-000000000000" />);
    expect(screen.getByRole("status").textContent).toBe("None unread");
    expect(screen.queryByRole("button")).toBeNull();
  });
});
