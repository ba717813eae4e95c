// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import type { Viewer } from "./places";
import { Rail, TabBar } from "./rail";
import { type Folds, foldsOf } from "./rail-groups";

const compliance: Viewer = { name: "N", organisation: "O", role: "coordinator", duties: ["compliance"] };
const LOG = { size: 1204, signed_at: null, witness: "own" } as const;
const rail = (folds: Folds = {}, address = "/") =>
  show(<Rail viewer={compliance} state={{ erasures: 2, policies: 1, log: LOG }} folds={folds} />, {
    address,
  });
const heading = () => screen.getByRole("button", { name: /^Rules/ });
const isOpen = () => heading().getAttribute("aria-expanded") === "true";
const kept = () => foldsOf(/places=([^;]*)/.exec(document.cookie)?.[1]);

beforeEach(() => {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in some browsers
  document.cookie = "places=; Max-Age=0; Path=/";
});

describe("the rail", () => {
  it("folds and unfolds a group by keyboard, and keeps that in a cookie", async () => {
    const { user } = rail();
    expect(isOpen()).toBe(false);
    expect(heading().textContent).toContain("3");
    heading().focus();
    await user.keyboard("{Enter}");
    expect(isOpen()).toBe(true);
    expect(kept()).toEqual({ rules: true });
    await user.keyboard(" ");
    expect(kept()).toEqual({ rules: false });
  });

  it("unfolds the group of the page that is shown, unless the person folded it", () => {
    const { unmount } = rail({}, "/policies");
    expect(isOpen()).toBe(true);
    expect(screen.getByRole("link", { name: /Policies/ }).getAttribute("aria-current")).toBe("page");
    unmount();
    rail({ rules: false }, "/policies");
    expect(isOpen()).toBe(false);
    expect(heading().className).toContain("font-semibold");
  });
});

describe("the tab bar", () => {
  it.each(["/policies", "/admin/seal"])("marks More at %s, which has no place in the bar", (address) => {
    show(<TabBar viewer={compliance} />, { address });
    expect(screen.getByText("More").getAttribute("aria-current")).toBe("true");
  });

  it("leaves More unmarked at a page of the bar", () => {
    show(<TabBar viewer={compliance} />, { address: "/requests" });
    expect(screen.getByText("More").getAttribute("aria-current")).toBeNull();
  });
});
